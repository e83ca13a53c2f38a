#include <QtTest>

#include "core/augment/Space.h"
#include "core/augment/Stages.h"
#include "core/images/ImageIo.h"
#include "core/ops/Op.h"
#include "core/ops/Resize.h"
#include "core/store/Project.h"
#include "tests/cli/Program.h"

using namespace uada;
using namespace uada::test;

namespace {

/// Noise with a little structure, the same for the same salt.
Image noise(int width, int height, unsigned salt) {
  Image image(width, height);
  unsigned state = salt;
  for (std::uint8_t& byte : image.rgb)
    byte = static_cast<std::uint8_t>((state = 1664525u * state + 1013904223u) >> 24);
  return image;
}

QJsonObject imageOf(const Result& result) { return ofKind(objects(result.out), "image").value(0); }
QList<QJsonObject> samplesOf(const Result& result) { return ofKind(objects(result.out), "sample"); }
QString hashOf(const QJsonObject& object) { return object["pixel_hash"].toString(); }

QString textOf(const QJsonValue& json) {
  return QString::fromUtf8(QJsonDocument(json.toObject()).toJson(QJsonDocument::Compact));
}

}  // namespace

/// uada apply and uada sample: pictures.
class TestCliPictures : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void appliesEveryOp_data();
  void appliesEveryOp();
  void applyTakesPlaceColourAndPartner();
  void appliesFramings();
  void applyRefusesWhatWouldNotCount_data();
  void applyRefusesWhatWouldNotCount();
  void samplesShowEveryStep_data();
  void samplesShowEveryStep();
  void plansAreReplayed();
  void samplesOfAPicture();
  void samplesFollowTheEpoch();
  void samplesAreRefusedInOneLine_data();
  void samplesAreRefusedInOneLine();
  void samplesOfPicturesRefuseWhatWouldNotCount();

 private:
  Result sample(const QString& arguments) const {
    return program_->run(QStringList{"sample", "cifar10", "out.png", "--folder", "cifar", "--json"} +
                         arguments.split(' '));
  }
  Image read(const char* name) const { return readImage(program_->path(name).toStdString()); }
  std::unique_ptr<Program> program_;
};

void TestCliPictures::init() {
  program_ = std::make_unique<Program>();
  program_->set("XDG_DATA_HOME", program_->path("library"));
  program_->writeCifar(20);
  ProjectWriter(program_->path("p.uada").toStdString()).flush();
  writePng(program_->path("in.png").toStdString(), noise(33, 20, 1).view());
  writePng(program_->path("other.png").toStdString(), noise(33, 20, 2).view());
  writePng(program_->path("small.png").toStdString(), noise(5, 4, 3).view());
  writePng(program_->path("line.png").toStdString(), noise(400, 2, 4).view());
}

void TestCliPictures::appliesEveryOp_data() {
  QTest::addColumn<QString>("name");
  for (const Op& op : ops()) QTest::newRow(op.name.c_str()) << QString::fromStdString(op.name);
}

void TestCliPictures::appliesEveryOp() {
  QFETCH(QString, name);
  const Op& op = findOp(name.toStdString());
  const Image in = read("in.png"), other = read("other.png");
  for (const double value : {op.min, op.max, 0.5 * (op.min + op.max)}) {
    QStringList arguments{"apply", name, QString::number(value, 'g', 17), "in.png", "out.png", "--json"};
    arguments += {"--fill", "9,80,200"};
    Sampling sampling;
    sampling.fill = {9, 80, 200};
    if (op.hasPartner) arguments += {"--partner", "other.png"}, sampling.other = other.view();
    const Result result = program_->run(arguments);
    COMPARE_CODE(result, 0);
    Image expected(in.width, in.height);
    op.apply(in.view(), expected.span(), value, sampling);
    QVERIFY(read("out.png") == expected);
    QCOMPARE(hashOf(imageOf(result)).toStdString(), pixelHash(expected.view()));
  }
  if (!op.geometric || !op.hasValue) return;
  for (const auto& [word, filter] : {std::pair{"nearest", Filter::nearest},
                                     {"bilinear", Filter::bilinear},
                                     {"bicubic", Filter::bicubic}}) {
    COMPARE_CODE(program_->run({"apply", name, "0.2", "in.png", "out.png", "--filter", word}), 0);
    Image expected(in.width, in.height);
    Sampling sampling;
    sampling.filter = filter;
    op.apply(in.view(), expected.span(), 0.2, sampling);
    QVERIFY2(read("out.png") == expected, word);
  }
}

void TestCliPictures::applyTakesPlaceColourAndPartner() {
  const Image in = read("in.png");
  COMPARE_CODE(
      program_->run({"apply", "cutout", "6", "in.png", "out.png", "--at", "0.25,0.5", "--cover", "1,2,3"}),
      0);
  Image expected(in.width, in.height);
  Sampling sampling;
  sampling.x = 0.25;
  sampling.cover = std::array<std::uint8_t, 3>{1, 2, 3};
  findOp("cutout").apply(in.view(), expected.span(), 6, sampling);
  QVERIFY(read("out.png") == expected && !(expected == in));
  COMPARE_CODE(program_->run({"apply", "cutout", "6", "in.png", "out.png"}), 0);
  QVERIFY(!(read("out.png") == expected));
  const Result outside = program_->run({"apply", "rotate", "400", "in.png", "out.png"});
  COMPARE_CODE(outside, 0);
  QVERIFY2(outside.err.contains("400 lies outside of"), qPrintable(outside.err));
}

/// Sizes by hand: the shorter side of 33 x 20 becomes 10, the longer int(10 * 33 / 20).
void TestCliPictures::appliesFramings() {
  const Image in = read("in.png");
  const auto apply = [&](const QString& arguments) {
    const Result result = program_->run(QStringList{"apply"} + arguments.split(' ') + QStringList{"--json"});
    if (result.code != 0) return Image();
    const Image out = read("out.png");
    return hashOf(imageOf(result)).toStdString() == pixelHash(out.view()) ? out : Image();
  };
  QVERIFY(apply("resize 10 in.png out.png") == resized(in.view(), 16, 10, Filter::bilinear));
  QVERIFY(apply("resize 40 in.png out.png --filter bicubic") == resized(in.view(), 66, 40, Filter::bicubic));
  const auto pixel = [](const Image& image, int x, int y) { return image.rgb[3 * (y * image.width + x)]; };
  const Image centre = apply("centre_crop 8 in.png out.png");
  QCOMPARE(centre.width, 8);
  QCOMPARE(pixel(centre, 0, 0), pixel(in, 12, 6));  // (33 - 8) / 2 = 12.5 goes to the even 12
  const Image corner = apply("pad_crop 3 in.png out.png --at 0,0");
  QCOMPARE(corner.width, 33);
  QVERIFY(pixel(corner, 2, 9) == 0 && pixel(corner, 9, 2) == 0 && pixel(corner, 3, 3) == pixel(in, 0, 0));
  QVERIFY(apply("pad_crop 3 in.png out.png") == in);
  const Image mirrored = apply("pad_crop_reflected 3 in.png out.png --at 0,0.999");
  QCOMPARE(pixel(mirrored, 0, 0), pixel(in, 3, 3));    // mirrored to the left of column 0
  QCOMPARE(pixel(mirrored, 3, 19), pixel(in, 0, 16));  // three rows below row 19
}

void TestCliPictures::applyRefusesWhatWouldNotCount_data() {
  QTest::addColumn<QString>("arguments");
  QTest::addColumn<QString>("expected");
  const auto row = [](const char* arguments, const char* expected) {
    QTest::newRow(arguments) << arguments << expected;
  };
  row("rotate 5 in.png out.png --at 0.5,0.5", "--at: the operation rotate takes no place");
  row("invert 0 in.png out.png --filter bilinear", "--filter: the operation invert takes no filter");
  row("flip_lr 0 in.png out.png --filter nearest", "--filter: the operation flip_lr takes no filter");
  row("rotate 5 in.png out.png --cover 1,2,3", "--cover: the operation rotate takes no colour of a box");
  row("rotate 5 in.png out.png --partner other.png",
      "--partner: the operation rotate takes no second picture");
  row("sample_pairing 0.4 in.png out.png", "name it with --partner FILE");
  row("sample_pairing 0.4 in.png out.png --partner small.png", "5 x 4 pixels found, 33 x 20 expected");
  row("cutout 4 in.png out.png --at 1,0.5", "--at '1,0.5': two numbers from 0 to below 1");
  row("cutout 4 in.png out.png --at 0.5", "two numbers");
  row("resize 10.5 in.png out.png", "VALUE 10.5: resize takes whole pixels from 1 to 8000");
  row("resize 10 in.png out.png --at 0.5,0.5", "--at: resize does not take it");
  row("centre_crop 0 in.png out.png", "VALUE 0: centre_crop takes whole pixels from 1 to 8000");
  row("pad_crop 4 in.png out.png --fill 1,2,3", "--fill: pad_crop does not take it");
  row("resize 8000 in.png out.png",
      "13200 x 8000 pixels (106 million), at most 64 million and 65,500 a side");
  row("resize 1000 line.png out.png", "200000 x 1000 pixels (200 million)");
  row("resize 500 line.png out.png",
      "100000 x 500 pixels (50 million), at most 64 million and 65,500 a side");
  row("invert 0 in.png out.jpeg", "the name of a picture ends in .png, and this one in .jpeg");
  row("cutout 4 in.png out.png --cover 1,2", "--cover '1,2': three numbers 0..255");
}

void TestCliPictures::applyRefusesWhatWouldNotCount() {
  QFETCH(QString, arguments);
  QFETCH(QString, expected);
  const Result result = program_->run(QStringList{"apply"} + arguments.split(' '));
  COMPARE_CODE(result, 2);
  QVERIFY2(result.err.contains(expected) && result.err.count('\n') == 1, qPrintable(result.err));
  QVERIFY(program_->read("out.png").isEmpty());
}

void TestCliPictures::samplesShowEveryStep_data() {
  QTest::addColumn<QString>("policy");
  for (const Policy& policy : policies())
    QTest::newRow(policy.name.c_str()) << QString::fromStdString(policy.name);
  for (const char* file : {"example-elements", "example-segments", "example-timed", "autoaugment-svhn"})
    QTest::newRow(file) << file;
}

/// Every policy of the catalogue, and files by their name: the stages lead from the image to the hash.
void TestCliPictures::samplesShowEveryStep() {
  QFETCH(QString, policy);
  const Result result = sample("--count 4 --policy " + policy);
  COMPARE_CODE(result, 0);
  QCOMPARE(samplesOf(result).size(), 4);
  for (const QJsonObject& one : samplesOf(result)) {
    const QJsonArray stages = one["stages"].toArray();
    const QJsonObject plan = one["plan"].toObject();
    qsizetype parts = plan["chain"].toArray().size();
    for (const char* part :
         {"crop", "scale", "whole", "rotation", "blur", "photometric", "expand", "sample_crop", "flip",
          "window", "resize", "gaussian_blur", "noise", "quantise", "cutout"})
      parts += plan.contains(part);
    QCOMPARE(stages.size(), 1 + parts);
    QCOMPARE(stages[0].toObject()["title"].toString(), QString("Original"));
    QCOMPARE(hashOf(one).size(), 64);
  }
  const bool isFile = imageOf(result).contains("sha256");
  QCOMPARE(imageOf(result)["policy"].toString(), isFile ? QString("found") : policy);
  const Image sheet = read("out.png");
  QCOMPARE(sheet.width, imageOf(result)["width"].toInt());
}

void TestCliPictures::plansAreReplayed() {
  const Result drawn = sample("--policy autoaugment --set table=svhn --subpolicy 3 --seed 5 --index 7");
  COMPARE_CODE(drawn, 0);
  QCOMPARE(samplesOf(drawn).size(), 1);
  const QJsonObject one = samplesOf(drawn)[0];
  QCOMPARE(one["index"].toInt(), 7);
  const QJsonArray chain = one["plan"].toObject()["chain"].toArray();
  QCOMPARE(chain[0].toObject()["op"].toString(), QString("invert"));  // row 4 of the table for SVHN
  QCOMPARE(chain[1].toObject()["op"].toString(), QString("equalize"));
  const QString plan = textOf(one["plan"]);
  const QStringList replay{"sample", "cifar10", "b.png", "--folder", "cifar",
                           "--json", "--index", "7",     "--plan"};
  const Result again = program_->run(replay + QStringList{plan});
  COMPARE_CODE(again, 0);
  QCOMPARE(hashOf(samplesOf(again)[0]), hashOf(one));
  program_->write("plan.json", plan.toUtf8());
  const Result fromFile = program_->run(replay + QStringList{"plan.json"});
  COMPARE_CODE(fromFile, 0);
  QCOMPARE(program_->read("b.png"), program_->read("out.png"));
  const Result fromLine = program_->run(replay + QStringList{textOf(one)});  // the line as it was printed
  COMPARE_CODE(fromLine, 0);
  QCOMPARE(hashOf(samplesOf(fromLine)[0]), hashOf(one));
  const Result inWords = program_->run(
      {"sample", "cifar10", "b.png", "--folder", "cifar", "--index", "7", "--plan", textOf(one)});
  QVERIFY2(inWords.out.contains("with the plan in the given line"), qPrintable(inWords.out));
  const Result clamped = program_->run(replay + QStringList{R"({"crop":[-1,99]})"});
  COMPARE_CODE(clamped, 0);
  QVERIFY(clamped.err.contains("the plan lies out of range"));
  QCOMPARE(textOf(samplesOf(clamped)[0]["plan"]), QString(R"({"crop":[0,8]})"));
  COMPARE_CODE(program_->run({"sample", "in.png", "in.png"}), 2);
}

void TestCliPictures::samplesOfAPicture() {
  const QStringList arguments{"sample",  "in.png", "sheet.png", "--json",
                              "--count", "3",      "--policy",  "trivialaugment"};
  const Result centred = program_->run(arguments + QStringList{"--input", "16"});
  COMPARE_CODE(centred, 0);
  QCOMPARE(samplesOf(centred).size(), 3);
  QVERIFY(samplesOf(centred)[0].contains("label") && samplesOf(centred)[0]["label"].isNull());
  QVERIFY(hashOf(samplesOf(centred)[0]) != hashOf(samplesOf(centred)[1]));  // three draws
  const Result resized = program_->run(arguments + QStringList{"--input", "16", "--set", "crop=resized"});
  COMPARE_CODE(resized, 0);
  const QJsonObject plan = samplesOf(resized)[0]["plan"].toObject();
  QCOMPARE(plan["source"].toArray(), (QJsonArray{20, 33}));  // drawn in the whole picture
  const Result replayed =
      program_->run({"sample", "in.png", "again.png", "--json", "--input", "16", "--plan", textOf(plan)});
  COMPARE_CODE(replayed, 0);
  QCOMPARE(hashOf(samplesOf(replayed)[0]), hashOf(samplesOf(resized)[0]));
}

void TestCliPictures::samplesFollowTheEpoch() {
  const auto opsAt = [&](int epoch) {
    const Result result =
        sample(QString("--count 10 --policy example-timed --epochs 100 --epoch %1").arg(epoch));
    QSet<QString> names;
    for (const QJsonObject& one : samplesOf(result))
      for (const QJsonValue& step : one["plan"].toObject()["chain"].toArray())
        names += step.toObject()["op"].toString();
    return names;
  };
  QVERIFY(!opsAt(1).isEmpty() && opsAt(1) != opsAt(100));
}

void TestCliPictures::samplesAreRefusedInOneLine_data() {
  QTest::addColumn<QString>("arguments");
  QTest::addColumn<QString>("expected");
  const auto row = [](const char* arguments, const char* expected) {
    QTest::newRow(arguments) << arguments << expected;
  };
  row("--policy fa_reduced", "unknown policy 'fa_reduced'; known: crop-flip uada-cifar");
  row("--policy autoaugment --plan {}", "excludes");
  row("--subpolicy 1 --plan {}", "excludes");
  row("--policy randaugment --subpolicy 0", "the policy randaugment has no sub-policies to choose from");
  row("--policy example-segments --subpolicy 0",
      "the policy example-segments has no sub-policies to choose from");
  row("--policy autoaugment --subpolicy 25", "no sub-policy 25: the last is 24");
  row("--policy autoaugment --set tabel=svhn", "--set: unknown key 'tabel'; known: table");
  row("--policy autoaugment --set table=mnist", "--set.table: 'mnist' found, one of cifar10");
  row("--index 500", "--index 500: CIFAR-10 has training images 0 to 99");
  row("--policy randaugment --epochs 100",
      "--epochs: the policy randaugment does not change over the training");
  row("--policy autoaugment --epochs 100", "--epochs: the policy autoaugment does not change");
  row("--policy example-timed --epochs 100 --epoch 101",
      "--epoch: 101 found, at most the 100 of --epochs expected");
  row("--policy randaugment --project p.uada",
      "--project: the policy randaugment is no file that a project keeps");
  row("--index 3 --count 2", "excludes --");
  for (const char* drawing : {"--seed 2", "--epoch 2", "--epochs 2", "--project p.uada"})
    QTest::newRow(drawing) << QString("--plan {} %1").arg(drawing) << "excludes --";
  row("--count 1000 --side 2048", " pixels (");
  row("--policy trivialaugment --set crop=resized --count 20 --input 2048",
      "a contact sheet has at most 64 million pixels, and ");
  row("--plan {\"flp\":true}", "unknown key 'flp'");
  row("--plan nowhere.json", "nowhere.json");
  row("--policy example-timed --project nowhere.uada", "nowhere.uada");
}

void TestCliPictures::samplesAreRefusedInOneLine() {
  QFETCH(QString, arguments);
  QFETCH(QString, expected);
  const Result result = sample(arguments);
  QVERIFY2(result.code == 1 || result.code == 2, qPrintable(result.err));
  QVERIFY2(result.err.contains(expected) && result.err.count('\n') == 1, qPrintable(result.err));
  QVERIFY(program_->read("out.png").isEmpty());
  QVERIFY2(samplesOf(result).isEmpty() && imageOf(result).isEmpty(),
           qPrintable(result.out));  // nothing is said before
}

/// Options that count for data sets are refused for pictures; a sheet that cannot be written is not talked
/// of.
void TestCliPictures::samplesOfPicturesRefuseWhatWouldNotCount() {
  const QStringList arguments{"sample", "in.png", "sheet.png"};
  for (const auto& [more, expected] :
       {std::pair<QStringList, const char*>{{"--index", "0"},
                                            "--index: of a data set, and 'in.png' is a picture"},
        {{"--folder", "cifar"}, "--folder: of a data set"},
        {{"--plan", "{}", "--count", "2"}, "--count: --plan gives one row of one picture"}}) {
    const Result result = program_->run(arguments + more);
    COMPARE_CODE(result, 2);
    QVERIFY2(result.err.contains(expected) && result.err.count('\n') == 1, qPrintable(result.err));
  }
  const Result unwritable = program_->run({"sample", "in.png", "nowhere/sheet.png"});
  COMPARE_CODE(unwritable, 1);
  QCOMPARE(unwritable.out, QString());
  QVERIFY2(unwritable.err.contains("nowhere/sheet.png") && unwritable.err.count('\n') == 1,
           qPrintable(unwritable.err));
}

QTEST_GUILESS_MAIN(TestCliPictures)
#include "tst_cli_pictures.moc"
