#include <QJsonArray>

#include "core/augment/Clamp.h"
#include "core/augment/Space.h"
#include "core/data/Dataset.h"
#include "core/images/ImageIo.h"
#include "tests/cli/Program.h"

using namespace uada;
using namespace uada::test;

namespace {

bool isNear(const QJsonValue& value, double wanted) { return std::abs(value.toDouble(-1) - wanted) < 1e-9; }

}  // namespace

/// `uada eval voc`, and what `uada sample` draws of images with boxes.
class TestCliVoc : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Program> program_;

  void write(const QString& name, const QByteArray& text) const {
    QVERIFY(QDir().mkpath(QFileInfo(program_->path(name)).path()));
    program_->write(name, text);
  }
  static QByteArray object(const char* name, const char* corners, bool difficult = false) {
    const QList<QByteArray> c = QByteArray(corners).split(' ');
    return QByteArray("<object><name>") + name + "</name><difficult>" + (difficult ? "1" : "0") +
           "</difficult><bndbox><xmin>" + c[0] + "</xmin><ymin>" + c[1] + "</ymin><xmax>" + c[2] +
           "</xmax><ymax>" + c[3] + "</ymax></bndbox></object>";
  }
  void annotate(const QString& image, const QByteArray& objects) const {
    write("voc/VOC2007/Annotations/" + image + ".xml", "<annotation>" + objects + "</annotation>");
  }
  /// Two cars and a difficult one, and a dog.
  void writeFolders() const {
    write("voc/VOC2007/ImageSets/Main/test.txt", "a\nb  1\n");
    annotate("a", object("car", "1 1 100 100") + object("dog", "201 1 300 100"));
    annotate("b", object("car", "1 1 100 100") + object("car", "201 1 300 100", true));
    write("found/comp4_det_test_car.txt",
          "a 0.9 1 1 100 100\n"
          "b 0.8 201 1 300 100\n"   // difficult
          "b 0.7 301 1 400 100\n"   // nowhere
          "b 0.6 11.5 1 100 100\n"  // 88.5 or 89.5 of 100 columns
          "a 0.5 1 1 100 100\n");   // again
    write("found/comp4_det_test_dog.txt", "");
  }
  Result eval(const QStringList& arguments) const {
    return program_->run(QStringList{"eval", "voc"} + arguments);
  }

 private Q_SLOTS:
  void init() {
    program_ = std::make_unique<Program>();
    writeFolders();
  }
  void valuesByHand();
  void textHasEveryClass();
  void oneMetric();
  void onePixelApart();
  void filesAndFolders();
  void badInputIsRefused_data();
  void badInputIsRefused();
  void wrongUseIsRefused();
  void samplesKnowTheObjects();
};

/// Of two cars: right, neither, wrong, right, wrong. Precision is 1 up to recall 1/2, then 2/3.
void TestCliVoc::valuesByHand() {
  const Result result = eval({"found", "voc", "--json"});
  COMPARE_CODE(result, 0);
  const auto all = objects(result.out);
  QCOMPARE(all.size(), 1);
  const QJsonObject& eval = all[0];
  QCOMPARE(eval["kind"].toString(), QString("eval"));
  QCOMPARE(eval["images"].toInt(), 2);
  const double eleven = (6 + 5 * 2.0 / 3) / 11, area = 0.5 + 0.5 * 2 / 3;
  QVERIFY(isNear(eval["voc07_ssd"], eleven / 2) && isNear(eval["voc07_rfb"], eleven / 2));
  QVERIFY(isNear(eval["voc12_area"], area / 2));
  const QJsonArray classes = eval["classes"].toArray();
  QCOMPARE(classes.size(), 2);
  const QJsonObject car = classes[0].toObject(), dog = classes[1].toObject();
  QCOMPARE(car["class"].toString(), QString("car"));
  QVERIFY(isNear(car["voc07_rfb"], eleven) && isNear(car["voc12_area"], area));
  QVERIFY(car["objects"].toInt() == 2 && car["difficult"].toInt() == 1 && car["found"].toInt() == 5);
  QVERIFY(isNear(dog["voc07_ssd"], 0) && dog["objects"].toInt() == 1 && dog["found"].toInt() == 0);
}

void TestCliVoc::textHasEveryClass() {
  const Result result = eval({"found", "voc"});
  COMPARE_CODE(result, 0);
  for (const char* part : {"voc07_ssd %", "voc07_rfb %", "voc12_area %", "car", "84.85", "83.33", "dog",
                           "42.42", "41.67", "2 images; the mean is over the classes that have an object"})
    QVERIFY2(result.out.contains(part), qPrintable(result.out));
  QVERIFY2(result.err.isEmpty(), qPrintable(result.err));
}

void TestCliVoc::oneMetric() {
  const Result result = eval({"found", "voc/VOC2007", "--metric", "voc12_area", "--json"});
  COMPARE_CODE(result, 0);
  const QJsonObject eval = objects(result.out)[0];
  QVERIFY(eval.contains("voc12_area") && !eval.contains("voc07_ssd"));
  QVERIFY(!eval["classes"].toArray()[0].toObject().contains("voc07_rfb"));
}

/// Of 10 x 10 pixels, found 3 columns to the right: 70 of 130. As ssd.pytorch counts, 9 x 9, 4 columns and a
/// row apart: 40 of 122. What lies a column to the left and a row above is exact there.
void TestCliVoc::onePixelApart() {
  annotate("a", object("car", "11 11 20 20"));
  annotate("b", "");
  QVERIFY(QFile::remove(program_->path("found/comp4_det_test_dog.txt")));
  for (const auto& [corners, rfb, ssd] :
       {std::tuple("10 10 19 19", 1.0, 1.0), {"8 11 17 20", 1.0, 1.0}, {"14 11 23 20", 1.0, 0.0}}) {
    write("found/comp4_det_test_car.txt", QByteArray("a 0.9 ") + corners);
    const QJsonObject eval = objects(this->eval({"found", "voc", "--json"}).out)[0];
    QVERIFY2(isNear(eval["voc07_rfb"], rfb) && isNear(eval["voc07_ssd"], ssd), corners);
  }
}

/// A file's name ends in its class, the longest that fits.
void TestCliVoc::filesAndFolders() {
  annotate("a", object("car", "1 1 100 100") + object("sports_car", "201 1 300 100"));
  write("found/comp4_det_test_sports_car.txt", "a 0.9 201 1 300 100\nz 0.9 1 1 2 2\n");
  write("found/notes.txt", "not a class");
  const Result result = eval({"found", "voc", "--json"});
  COMPARE_CODE(result, 0);
  const QJsonArray classes = objects(result.out)[0]["classes"].toArray();
  QCOMPARE(classes.size(), 2);
  QVERIFY(isNear(classes[1].toObject()["voc07_rfb"], 1));
  QVERIFY2(result.err.contains("2 text files are of no class that an annotation has, the first is "
                               "'comp4_det_test_dog.txt'"),
           qPrintable(result.err));
  QVERIFY2(result.err.contains("1 found box is of an image that the set has not: left out"),
           qPrintable(result.err));
}

void TestCliVoc::badInputIsRefused_data() {
  QTest::addColumn<QString>("file");
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QString>("found");
  const QString cars = "found/comp4_det_test_car.txt", list = "voc/VOC2007/ImageSets/Main/test.txt";
  QTest::newRow("five numbers")
      << cars << QByteArray("a 0.9 1 1 100 100\na 0.9 1 1 100\n")
      << "comp4_det_test_car.txt', line 2: an image, a score and four corners expected";
  QTest::newRow("seven") << cars << QByteArray("a 0.9 1 1 100 100 7\n") << "line 1: an image,";
  QTest::newRow("no number") << cars << QByteArray("a 0.9 1 1 100 x\n") << "line 1: an image,";
  QTest::newRow("nan") << cars << QByteArray("\na nan 1 1 100 100\n") << "line 2: an image,";
  QTest::newRow("other images")
      << cars << QByteArray("z 0.9 1 1 100 100\n")
      << "1 found box is of an image that the set has not, as all are; give another --set";
  QTest::newRow("two files") << "found/car.txt" << QByteArray("a 0.9 1 1 100 100\n")
                             << "are both of the class car";
  QTest::newRow("no image") << list << QByteArray("\n") << "test.txt' names no image";
  QTest::newRow("twice") << list << QByteArray("a\na\n") << "names 'a' twice; take one off";
  QTest::newRow("outside") << list << QByteArray("../a\n") << "names '../a', the name of an image";
  QTest::newRow("no annotation") << list << QByteArray("a\nc\n") << "c.xml'";
  QTest::newRow("damaged") << "voc/VOC2007/Annotations/b.xml" << QByteArray("<annotation><object>")
                           << "b.xml'";
}

void TestCliVoc::badInputIsRefused() {
  QFETCH(const QString, file);
  QFETCH(const QByteArray, text);
  QFETCH(const QString, found);
  write(file, text);
  const Result result = eval({"found", "voc"});
  COMPARE_CODE(result, 1);
  QVERIFY2(result.err.contains(found) && result.err.count('\n') == 1, qPrintable(result.err));
  QVERIFY(result.out.isEmpty());
}

void TestCliVoc::wrongUseIsRefused() {
  const auto says = [&](const QStringList& arguments, int code, const char* text) {
    const Result result = eval(arguments);
    return result.code == code && result.err.contains(text) && result.err.count('\n') == 1;
  };
  QVERIFY(says({"found", "voc", "--metric", "coco"}, 2, "voc07_ssd, voc07_rfb or voc12_area expected"));
  QVERIFY(says({"found", "voc", "--set", "../x"}, 2, "--set: '../x' found"));
  QVERIFY(says({"found"}, 2, "VOC_DIR"));
  QVERIFY(says({"found", "found"}, 1, "'found' has no folder Annotations"));
  QVERIFY(says({"nowhere", "voc"}, 1, "cannot look into 'nowhere'"));
  QVERIFY(says({"voc", "voc"}, 1, "'voc' has no text file of a class"));
}

/// As in training: crops that hold an object.
void TestCliVoc::samplesKnowTheObjects() {
  constexpr std::uint32_t kImages = 8;
  constexpr int kSide = 64;
  program_->set("XDG_CACHE_HOME", program_->path("cache"));
  QVERIFY(QDir().mkpath(program_->path("own/train")));
  Boxes boxes{{.left = 9, .top = 19, .right = 39, .bottom = 49, .label = 0}};  // pixels 10 to 40, from 1 on
  for (std::uint32_t i = 0; i < kImages; ++i) {
    writePng(program_->path(QString("own/train/%1.png").arg(i)).toStdString(), Image(kSide, kSide).view());
    write(QString("own/train/%1.xml").arg(i),
          "<annotation>" + object("car", "10 20 40 50") + "</annotation>");
  }
  const Result result = program_->run({"sample", "boxes", "out.png", "--folder", "own", "--json"});
  COMPARE_CODE(result, 0);
  QCOMPARE(ofKind(objects(result.out), "image")[0]["policy"].toString(), QString("detection"));
  const Image sheet = readImage(program_->path("out.png").toStdString());
  const std::array<std::uint8_t, 3> first = classColoursOf(findDataset("boxes"), 1)[0];
  int drawn = 0;  // pixels of boxes: two wide at least, on the first picture alone 4 * 30 * 2
  for (std::size_t i = 0; i + 2 < sheet.rgb.size(); i += 3)
    drawn += std::equal(first.begin(), first.end(), sheet.rgb.begin() + static_cast<std::ptrdiff_t>(i));
  QVERIFY2(drawn > 8 * 200, QByteArray::number(drawn));
  const Result other = program_->run(
      {"sample", "boxes", "other.png", "--folder", "own", "--method", "ra-uc", "--input", "32"});
  QCOMPARE(other.code, 2);
  QVERIFY2(other.err.contains("give --policy detection"), qPrintable(other.err));
  const auto samples = ofKind(objects(result.out), "sample");
  QCOMPARE(samples.size(), kImages);
  const auto space = makeSpace(policyFromJson("detection", "test"), {.input = squareInput(kSide)});
  int crops = 0;
  for (std::uint32_t i = 0; i < kImages; ++i) {
    Random random(1, 1, i, Purpose::plan);
    const Plan plan = clampPlan(space->sample(random, 1, {kSide, kSide}, boxes), squareInput(kSide));
    const QByteArray json = QJsonDocument(samples[i]["plan"].toObject()).toJson();
    QVERIFY(planFromJson(parseJson(json.toStdString(), "plan")) == plan);
    crops += planText(plan).find("sample (") != std::string::npos;
  }
  QVERIFY(crops > 2);
}

QTEST_GUILESS_MAIN(TestCliVoc)
#include "tst_cli_voc.moc"
