#include <QJsonArray>

#include "tests/cli/Program.h"
#include "tests/core/LabelTools.h"

using namespace uada;
using namespace uada::test;

namespace {

using Labels = std::vector<std::uint8_t>;

bool isNear(const QJsonValue& value, double wanted) { return std::abs(value.toDouble(-1) - wanted) < 1e-9; }

}  // namespace

/// `uada eval seg`, and what the other verbs say of sets with label maps.
class TestCliScenes : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Program> program_;

  void writeMap(const QString& name, int width, int height, const Labels& labels) const {
    QVERIFY(QDir().mkpath(QFileInfo(program_->path(name)).path()));
    program_->write(name, QByteArray::fromStdString(textOf(labelPng(width, height, labels))));
  }
  /// Three images of two classes and an ignored pixel, one of them in a sub-folder.
  void writeFolders() const {
    writeMap("truth/a.png", 3, 2, {0, 0, 1, 1, 255, 2});
    writeMap("pred/a.png", 3, 2, {0, 1, 1, 1, 0, 0});
    writeMap("truth/city/b.png", 2, 1, {1, 1});
    writeMap("pred/city/b.png", 2, 1, {1, 0});
  }
  Result eval(const QStringList& arguments) const {
    return program_->run(QStringList{"eval", "seg"} + arguments);
  }

 private Q_SLOTS:
  void init();
  void valuesByHand();
  void textHasEveryClass();
  void itselfIsPerfect();
  void kindsOfFiles();
  void palettesMayLackColours();
  void twoFiles();
  void anotherIgnoredLabel();
  void badInputIsRefused_data();
  void badInputIsRefused();
  void wrongUseIsRefused_data();
  void wrongUseIsRefused();
  void spareFilesAndLabelsAreSaid();
  void dataSetIsChecked();
  void dataSetIsListed();
  void samplesHaveNoLabel();
};

void TestCliScenes::init() {
  program_ = std::make_unique<Program>();
  program_->set("XDG_CACHE_HOME", program_->path("cache"));
  writeFolders();
}

void TestCliScenes::valuesByHand() {
  const Result result = eval({"pred", "truth", "--classes", "4", "--json"});
  COMPARE_CODE(result, 0);
  const auto all = objects(result.out);
  QCOMPARE(all.size(), 1);
  const QJsonObject& eval = all[0];
  QCOMPARE(eval["kind"].toString(), QString("eval"));
  QCOMPARE(eval["images"].toInt(), 2);
  // Class 0: 1 of 2 true pixels found, 3 predicted: 1/4. Class 1: 3 of 4, 4 predicted: 3/5. Class 2: none of
  // 1. Class 3 is nowhere.
  const QJsonArray classes = eval["classes"].toArray();
  QCOMPARE(classes.size(), 4);
  const double iou[] = {0.25, 0.6, 0, 0}, accuracy[] = {0.5, 0.75, 0, 0};
  const int truth[] = {2, 4, 1, 0}, predicted[] = {3, 4, 0, 0};
  for (int c = 0; c < 4; ++c) {
    const QJsonObject row = classes[c].toObject();
    QCOMPARE(row["class"].toInt(), c);
    QVERIFY(isNear(row["iou"], iou[c]) && isNear(row["accuracy"], accuracy[c]));
    QCOMPARE(row["truth_pixels"].toInt(), truth[c]);
    QCOMPARE(row["predicted_pixels"].toInt(), predicted[c]);
  }
  QVERIFY(isNear(eval["miou"], 0.85 / 4) && isNear(eval["miou_occurring"], 0.85 / 3));
  QVERIFY(isNear(eval["macc"], 1.25 / 4) && isNear(eval["macc_occurring"], 1.25 / 3));
  QVERIFY(isNear(eval["all_acc"], 4.0 / 7));
}

void TestCliScenes::textHasEveryClass() {
  const Result result = eval({"pred", "truth", "--classes", "4"});
  COMPARE_CODE(result, 0);
  for (const char* part :
       {"IoU %", "60.00", "75.00", "21.25", "28.33", "31.25", "41.67", "all 4 classes",
        "the 3 classes that the truth has", "allAcc 57.14 % of 7 pixels in 2 images; 1 ignored"})
    QVERIFY2(result.out.contains(part), qPrintable(result.out));
  QVERIFY(result.err.isEmpty());
}

void TestCliScenes::itselfIsPerfect() {
  const Result result = eval({"truth", "truth", "--classes", "3"});
  COMPARE_CODE(result, 0);
  QCOMPARE(result.out.count("100.00"), 3 * 2 + 2 * 2 + 1);
}

/// Of the kinds of files that Cityscapes has in one folder the label maps count, of one numbering; endings
/// count in any case.
void TestCliScenes::kindsOfFiles() {
  writeMap("cities/a_gtFine_labelIds.png", 2, 1, {1, 1});
  program_->write("cities/a_gtFine_color.png", "no label map");
  const Result ids = eval({"cities", "cities", "--classes", "3", "--json"});
  QCOMPARE(ids.code, 0);
  writeMap("cities/a_gtFine_labelTrainIds.png", 2, 1, {0, 0});
  const Result both = eval({"cities", "cities", "--classes", "3"});
  QCOMPARE(both.code, 1);
  QVERIFY2(both.err.contains("'cities' holds label maps of two numberings"), qPrintable(both.err));
  QVERIFY(QFile::rename(program_->path("truth/a.png"), program_->path("truth/a.PNG")));
  const Result missing = eval({"pred", "truth", "--classes", "3"});
  QVERIFY2(missing.err.contains("'pred/a.PNG' is not there"), qPrintable(missing.err));
}

/// Of a palette the numbers count; how many colours it has does not matter.
void TestCliScenes::palettesMayLackColours() {
  for (const std::size_t colours : {1, 2, 300}) {
    program_->write("palette.png",
                    QByteArray::fromStdString(textOf(tinypng::make({.width = 3,
                                                                    .height = 1,
                                                                    .depth = 8,
                                                                    .colourType = 3,
                                                                    .rows = {0, 1, 2},
                                                                    .palette = Labels(3 * colours, 9)}))));
    const Result result = eval({"palette.png", "palette.png", "--classes", "3", "--json"});
    COMPARE_CODE(result, 0);
    QVERIFY(isNear(objects(result.out).at(0)["miou"], 1));
  }
}

void TestCliScenes::twoFiles() {
  const Result result = eval({"pred/a.png", "truth/a.png", "--classes", "3", "--json"});
  COMPARE_CODE(result, 0);
  const QJsonObject eval = objects(result.out).at(0);
  QVERIFY(isNear(eval["miou"], 1.0 / 3) && isNear(eval["all_acc"], 0.6));
  QCOMPARE(eval["images"].toInt(), 1);
}

void TestCliScenes::anotherIgnoredLabel() {
  const Result result = eval({"pred", "truth", "--classes", "3", "--ignore", "1", "--json"});
  COMPARE_CODE(result, 0);
  const QJsonArray classes = objects(result.out).at(0)["classes"].toArray();
  QCOMPARE(classes[1].toObject()["truth_pixels"].toInt(), 0);
  QCOMPARE(classes[0].toObject()["predicted_pixels"].toInt(), 3);
}

void TestCliScenes::badInputIsRefused_data() {
  QTest::addColumn<QString>("what");
  QTest::addColumn<QString>("found");
  QTest::newRow("no folder") << "nowhere" << "'nowhere' is not there";
  QTest::newRow("missing") << "missing" << "'pred/city/b.png' is not there: 1 of 2 files in 'truth' has no";
  QTest::newRow("size") << "size"
                        << "'pred/city/b.png' has 1 x 2 pixels, 2 x 1 expected as 'truth/city/b.png'";
  QTest::newRow("colours") << "colours" << "cannot read 'pred/city/b.png' as labels: its pixels are colours;";
  QTest::newRow("damaged") << "damaged" << "cannot read 'pred/city/b.png'";
  QTest::newRow("empty") << "empty" << "'truth' holds no PNG file";
  QTest::newRow("ignored") << "ignored" << "no pixel of 'truth' has a label from 0 to 2";
}

void TestCliScenes::badInputIsRefused() {
  QFETCH(const QString, what);
  QFETCH(const QString, found);
  const QString file = program_->path("pred/city/b.png");
  if (what == "missing") QVERIFY(QFile::remove(file));
  if (what == "size") writeMap("pred/city/b.png", 1, 2, {1, 1});
  if (what == "colours")
    program_->write("pred/city/b.png",
                    QByteArray::fromStdString(textOf(tinypng::make(
                        {.width = 2, .height = 1, .depth = 8, .colourType = 2, .rows = Labels(6)}))));
  if (what == "damaged") program_->write("pred/city/b.png", program_->read("pred/city/b.png").left(50));
  if (what == "empty") QVERIFY(QDir(program_->path("truth")).removeRecursively());
  if (what == "empty") QVERIFY(QDir().mkpath(program_->path("truth")));
  if (what == "ignored") writeMap("truth/a.png", 3, 2, Labels(6, 255));
  if (what == "ignored") writeMap("truth/city/b.png", 2, 1, Labels(2, 255));
  const Result result = eval({what == "nowhere" ? what : "pred", "truth", "--classes", "3"});
  COMPARE_CODE(result, 1);
  QVERIFY2(result.err.contains(found) && result.err.count('\n') == 1, qPrintable(result.err));
  QVERIFY(result.out.isEmpty());
}

void TestCliScenes::wrongUseIsRefused_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QString>("found");
  QTest::newRow("no classes") << QStringList{"pred", "truth"} << "--classes";
  QTest::newRow("0 classes") << QStringList{"pred", "truth", "--classes", "0"} << "from 1 to 255";
  QTest::newRow("256 classes") << QStringList{"pred", "truth", "--classes", "256"} << "from 1 to 255";
  QTest::newRow("ignore") << QStringList{"pred", "truth", "--classes", "3", "--ignore", "256"}
                          << "from 0 to 255";
  QTest::newRow("one folder") << QStringList{"pred", "--classes", "3"} << "TRUTH";
  QTest::newRow("file and folder") << QStringList{"pred/a.png", "truth", "--classes", "3"}
                                   << "'pred/a.png' is a file and 'truth' a folder";
}

void TestCliScenes::wrongUseIsRefused() {
  QFETCH(const QStringList, arguments);
  QFETCH(const QString, found);
  const Result result = eval(arguments);
  COMPARE_CODE(result, 2);
  QVERIFY2(result.err.contains(found) && result.err.count('\n') == 1, qPrintable(result.err));
}

void TestCliScenes::spareFilesAndLabelsAreSaid() {
  writeMap("pred/spare.png", 2, 1, {1, 1});
  const Result result = eval({"pred", "truth", "--classes", "2"});
  COMPARE_CODE(result, 0);
  QVERIFY2(
      result.err.contains("1 PNG file in 'pred' has no truth and is not counted; the first is 'spare.png'"),
      qPrintable(result.err));
  QVERIFY2(
      result.err.contains("labels beyond 1 are of no class: 1 pixels of the truth, 0 of the predictions"),
      qPrintable(result.err));
}

void TestCliScenes::dataSetIsChecked() {
  for (const char* split : {"train", "test"}) {
    const QString name = QString("%1/berlin/a").arg(split);
    writeMap("scenes/gtFine/" + name + "_gtFine_labelIds.png", 2, 2, {7, 7, 26, 0});
    QVERIFY(QDir().mkpath(program_->path(QString("scenes/leftImg8bit/%1/berlin").arg(split))));
    program_->write(
        "scenes/leftImg8bit/" + name + "_leftImg8bit.png",
        QByteArray::fromStdString(textOf(tinypng::make({.width = 2, .height = 2, .rows = Labels(12)}))));
  }
  const Result text = program_->run({"data", "check", "camvid", "scenes"});
  COMPARE_CODE(text, 0);
  for (const char* part :
       {"train  1 images of 2 x 2 pixels", "road", "50.00", "ignored", "25.00", "No problems"})
    QVERIFY2(text.out.contains(part), qPrintable(text.out));
  const auto data =
      ofKind(objects(program_->run({"data", "check", "camvid", "scenes", "--json"}).out), "data");
  QCOMPARE(data.size(), 1);
  const QJsonObject pixels = data[0]["train_pixels"].toObject();
  QCOMPARE(pixels["per_class"].toArray().size(), 19);
  QCOMPARE(pixels["per_class"].toArray()[13].toInt(), 1);
  QCOMPARE(pixels["ignored"].toInt(), 1);
  QCOMPARE(pixels["largest"].toArray(), (QJsonArray{2, 2}));
  for (const char* name : {"b", "c"})
    writeMap(QString("scenes/gtFine/train/berlin/%1_gtFine_labelIds.png").arg(name), 2, 2, {7, 7, 7, 7});
  const Result spare = program_->run({"data", "check", "camvid", "scenes"});
  COMPARE_CODE(spare, 0);
  QVERIFY2(spare.out.contains("note: 2 files: there is no image that it belongs to; it is not used: "
                              "gtFine/train/berlin/b_gtFine_labelIds.png, "
                              "gtFine/train/berlin/c_gtFine_labelIds.png\n"),
           qPrintable(spare.out));
  writeMap("scenes/gtFine/test/berlin/a_gtFine_labelIds.png", 2, 2, {0, 255, 4, 0});
  const Result ignored = program_->run({"data", "check", "camvid", "scenes"});
  COMPARE_CODE(ignored, 1);
  QVERIFY2(ignored.err.contains("no pixel of the test images in '"), qPrintable(ignored.err));
  QVERIFY(QFile::remove(program_->path("scenes/gtFine/test/berlin/a_gtFine_labelIds.png")));
  const Result broken = program_->run({"data", "check", "camvid", "scenes"});
  COMPARE_CODE(broken, 1);
  QVERIFY2(broken.err.contains("a_leftImg8bit.png' has no labels"), qPrintable(broken.err));
}

void TestCliScenes::dataSetIsListed() {
  const Result result = program_->run({"list", "datasets", "--json"});
  COMPARE_CODE(result, 0);
  QMap<QString, QString> targets;
  for (const QJsonObject& entry : objects(result.out))
    targets[entry["name"].toString()] = entry["target"].toString();
  QCOMPARE(targets["cityscapes"], QString("a label map"));
  QCOMPARE(targets["camvid"], QString("a label map"));
  QCOMPARE(targets["cifar10"], QString("a label"));
}

void TestCliScenes::samplesHaveNoLabel() {
  QVERIFY(QDir().mkpath(program_->path("scenes/leftImg8bit/train/berlin")));
  for (int i = 0; i < 3; ++i) {
    writeMap(QString("scenes/gtFine/train/berlin/%1_gtFine_labelIds.png").arg(i), 32, 32, Labels(1024, 7));
    program_->write(QString("scenes/leftImg8bit/train/berlin/%1_leftImg8bit.png").arg(i),
                    QByteArray::fromStdString(
                        textOf(tinypng::make({.width = 32, .height = 32, .rows = Labels(3072, 50)}))));
  }
  const Result result = program_->run({"sample", "camvid", "out.png", "--folder", "scenes", "--policy",
                                       "randaugment", "--count", "2", "--json"});
  COMPARE_CODE(result, 0);
  const auto samples = ofKind(objects(result.out), "sample");
  QCOMPARE(samples.size(), 2);
  QCOMPARE(samples[1]["index"].toInt(), 1);
  QVERIFY(samples[1]["label"].isNull());
}

QTEST_GUILESS_MAIN(TestCliScenes)
#include "tst_cli_scenes.moc"
