#include <QJsonArray>
#include <QJsonObject>
#include <cmath>

#include "tests/cli/MadeTasks.h"
#include "tests/core/SmallDisk.h"

using namespace uada;
using namespace uada::test;

/// `uada predict`, and that others count of its files what the run's own test counted.
class TestCliPredict : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Program> program_;

  QJsonObject predicted(const QStringList& arguments) const {
    const Result said = program_->run(QStringList{"predict"} + arguments + QStringList{"--json"});
    const auto found = ofKind(objects(said.out), "predictions");
    return said.code == 0 && found.size() == 1 ? found[0] : QJsonObject{{"failed", said.out + said.err}};
  }
  QJsonObject evaluated(const QStringList& arguments) const {
    const Result said = program_->run(QStringList{"eval"} + arguments + QStringList{"--json"});
    const auto found = ofKind(objects(said.out), "eval");
    return found.size() == 1 ? found[0] : QJsonObject{{"failed", said.err}};
  }
  QString firstKey() const { return runsIn(*program_).back()["key"].toString(); }  // the newest stands first
  /// Of the run's last test, as it was recorded.
  QJsonObject recorded(const QString& run) const {
    const Result said = program_->run({"export", run, "--what", "epochs", "--out", "epochs.jsonl"});
    if (said.code != 0) return {{"failed", said.err}};
    return QJsonDocument::fromJson(program_->read("epochs.jsonl").trimmed().split('\n').last()).object();
  }

 private Q_SLOTS:
  void initTestCase() {
    program_ = std::make_unique<Program>();
    program_->set("XDG_CACHE_HOME", program_->path("cache"));
    writeTinyExperiment(*program_);
    writeScenes(*program_);
    writeObjects(*program_);
    writePhotos(*program_);
    writeTaskExperiments(*program_);
    QCOMPARE(program_->run(tinyExperiment(*program_, 2, R"(["ra-uc"])")).code, 0);
    COMPARE_CODE(program_->run(taskExperiment(*program_, "maps")), 0);
    COMPARE_CODE(program_->run(taskExperiment(*program_, "boxes")), 0);
    COMPARE_CODE(program_->run(taskExperiment(*program_, "photos")), 0);
  }

  void classesAreThoseOfTheTest() {
    const Result said = program_->run({"predict", "1", "--out", "classes"});
    COMPARE_CODE(said, 0);
    QVERIFY2(said.out.contains("classes: predictions of ") && said.out.contains("for 20 test images"),
             qPrintable(said.out));
    const auto lines = program_->read("classes/predictions.csv").trimmed().split('\n');
    QCOMPARE(lines.size(), 21);
    int right = 0;
    for (qsizetype i = 1; i < lines.size(); ++i) {
      const auto cells = lines[i].split(',');
      QCOMPARE(cells[0].toInt(), i - 1);
      QCOMPARE(cells[1], QByteArray::number(i - 1).rightJustified(2, '0'));
      right += cells[2] == cells[3];
    }
    QCOMPARE(right / 20.0, recorded("1")["test_top1"].toDouble());
    const QJsonObject header = QJsonDocument::fromJson(program_->read("classes/predictions.json")).object();
    QCOMPARE(header["metrics"].toObject()["top1"], recorded("1")["test_top1"]);
    QCOMPARE(header["step"].toInt(), 10);
    QCOMPARE(header["samples"].toInt(), 20);
    QCOMPARE(header["run"].toString(), firstKey());
  }

  /// What `uada eval seg` finds is what the run recorded, to the last bit.
  void labelMapsAreThoseOfTheTest() {
    const QJsonObject said = predicted({"2", "--out", "segmented"}), then = recorded("2");
    const QJsonObject seen = evaluated({"seg", "segmented", "maps/test/labels", "--classes", "2"});
    QVERIFY2(said["miou_occurring"].toDouble() > 0, QJsonDocument(said).toJson().constData());
    for (const char* metric : {"miou_occurring", "macc_occurring", "all_acc"}) {
      QCOMPARE(seen[metric], then["test_" + QString(metric)]);
      QCOMPARE(said[metric], then["test_" + QString(metric)]);
    }
    QCOMPARE(seen["images"].toInt(), 4);
    QCOMPARE(said["images"].toInt(), 4);
  }

  /// The truth as a data set makes it of its files.
  void aDataSetIsTheTruth() {
    predicted({"2", "--out", "dataset", "--limit", "3"});
    const Result said = program_->run({"eval", "seg", "dataset", "maps", "--dataset", "maps", "--json"});
    COMPARE_CODE(said, 0);
    QVERIFY2(said.err.contains("1 of 4 test images have no prediction in 'dataset' and are not counted"),
             qPrintable(said.err));
    const QJsonObject header = QJsonDocument::fromJson(program_->read("dataset/predictions.json")).object();
    const QJsonObject seen = objects(said.out)[0];
    QCOMPARE(seen["miou_occurring"], header["metrics"].toObject()["miou_occurring"]);
    QCOMPARE(seen["images"].toInt(), 3);
    const auto fails = [&](const QStringList& arguments, int code, const char* words) {
      const Result result = program_->run(QStringList{"eval", "seg"} + arguments);
      return result.code == code && result.err.contains(words) && result.err.count('\n') == 1;
    };
    QVERIFY(fails({"voc", "maps", "--dataset", "maps"}, 1,
                  "'voc' has no prediction of the 4 test images in 'maps', such as scene 10.png"));
    QVERIFY(fails({"dataset", "voc", "--dataset", "boxes"}, 2, "a data set with label maps expected"));
    QVERIFY(fails({"dataset", "maps", "--dataset", "maps", "--classes", "2"}, 2, "--classes"));
    QVERIFY(fails({"dataset", "maps", "--dataset", "nothing"}, 2, "nothing"));
  }

  void boxesAreThoseOfTheTest() {
    const QJsonObject said = predicted({"3", "--out", "found"}), then = recorded("3");
    const QJsonObject seen = evaluated({"voc", "found", "voc"});
    QVERIFY2(said["map_voc07"].toDouble() > 0, QJsonDocument(said).toJson().constData());
    QCOMPARE(seen["voc07_ssd"], then["test_map_voc07"]);
    QCOMPARE(seen["voc12_area"], then["test_map_voc12"]);
    QCOMPARE(said["map_voc07"], then["test_map_voc07"]);
    QCOMPARE(seen["images"].toInt(), 8);
  }

  void picturesAreThoseOfTheTest() {
    const QJsonObject said = predicted({"4", "--out", "restored"}), then = recorded("4");
    QVERIFY2(said["psnr"].toDouble() > 0, QJsonDocument(said).toJson().constData());
    for (const char* metric : {"psnr", "ssim", "loss"})
      QCOMPARE(said[metric], then["test_" + QString(metric)]);
    for (const char* folder : {"restored/", "restored/degraded/"})
      for (const char* name : {"photo8.png", "photo9.png", "photo10.png", "photo11.png"}) {
        const Image image = readImage(program_->path(QString(folder) + name).toStdString());
        QVERIFY((ImageSize{image.width, image.height}) == (ImageSize{MadeScene::kWidth, MadeScene::kHeight}));
      }
    QVERIFY(program_->read("restored/photo8.png") != program_->read("restored/degraded/photo8.png"));
  }

  void theRunsOwnFolderIsUsual() {
    const QJsonObject said = predicted({"1", "--split", "train", "--limit", "7", "--step", "5"});
    const QString folder = said["folder"].toString();
    QVERIFY2(folder.endsWith("/predictions/train-5-first7"), QJsonDocument(said).toJson().constData());
    QCOMPARE(said["images"].toInt(), 7);
    QCOMPARE(said["split"].toString(), QString("train"));
    QCOMPARE(said["epoch"].toInt(), 1);
    QVERIFY(QFile::exists(folder + "/predictions.json"));
    const Result again = program_->run({"predict", "1", "--split", "train", "--limit", "7", "--step", "5"});
    COMPARE_CODE(again, 2);
    QVERIFY2(again.err.contains("holds predictions already; name another folder, or remove it first"),
             qPrintable(again.err));
    COMPARE_CODE(program_->run({"test", "1"}), 0);  // the run's folder is read as before
  }

  void saysWhatIsWrong_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("words");
    QTest::newRow("split") << QStringList{"1", "--split", "val"} << 2
                           << "--split 'val': test or train expected";
    QTest::newRow("limit") << QStringList{"1", "--limit", "0"} << 2 << "--limit";
    QTest::newRow("not empty") << QStringList{"1", "--out", "maps"} << 2
                               << "'maps' is not empty, and holds no unfinished predictions";
    QTest::newRow("a file") << QStringList{"1", "--out", "tiny.json"} << 2 << "is no folder";
    QTest::newRow("the project") << QStringList{"1", "--out", "uada.uada"} << 2 << "uada.uada";
    QTest::newRow("its runs") << QStringList{"1", "--out", "uada.files/x"} << 2 << "folder of the runs";
    QTest::newRow("below a file") << QStringList{"1", "--out", "tiny.json/x"} << 1 << "tiny.json/x";
    QTest::newRow("no run") << QStringList{"9"} << 2 << "9";
    QTest::newRow("no checkpoint") << QStringList{"1", "--step", "7", "--out", "none"} << 1
                                   << "no sound checkpoint after step 7";
    QTest::newRow("no data") << QStringList{"1", "--data", "/nowhere", "--out", "none"} << 1 << "/nowhere";
    QTest::newRow("other data") << QStringList{"2", "--data", "other", "--out", "none"} << 1
                                << "are not those the run was started with";
  }
  void saysWhatIsWrong() {
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QString, words);
    if (arguments.contains("other")) {
      QVERIFY(QDir().mkpath(program_->path("other")));
      QProcess::execute("cp", {"-r", program_->path("maps/."), program_->path("other")});
      QVERIFY(QFile::remove(program_->path("other/test/images/scene 8.png")));
      QVERIFY(QFile::remove(program_->path("other/test/labels/scene 8.png")));
    }
    const Result said = program_->run(QStringList{"predict"} + arguments);
    QVERIFY2(said.err.contains(words), qPrintable(said.err));
    QCOMPARE(said.code, code);
    QCOMPARE(said.err.trimmed().count('\n'), 0);
    QVERIFY(!QFile::exists(program_->path("none")));
  }

  void aDamagedCheckpointIsRefused() {
    const QString key = firstKey();
    const QString name = "uada.files/" + key + "/checkpoint-0000000010.safetensors";
    QByteArray bytes = program_->read(name);
    QVERIFY(bytes.size() > 1000);
    const QByteArray whole = bytes;
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    program_->write(name, bytes);
    const Result said = program_->run({"predict", "1", "--step", "10", "--out", "damaged"});
    program_->write(name, whole);
    COMPARE_CODE(said, 1);
    QVERIFY2(said.err.contains("checkpoint-0000000010.safetensors"), qPrintable(said.err));
    QCOMPARE(said.err.trimmed().count('\n'), 0);
    QVERIFY(!QFile::exists(program_->path("damaged")));
  }

  void aMissingImageIsTold() {
    const QString image = program_->path("maps/test/images/scene 9.png"), away = program_->path("away.png");
    QVERIFY(QFile::rename(image, away));
    const Result said = program_->run({"predict", "2", "--out", "incomplete"});
    QVERIFY(QFile::rename(away, image));
    COMPARE_CODE(said, 1);
    QVERIFY(!QFile::exists(program_->path("incomplete/predictions.json")));
    COMPARE_CODE(program_->run({"predict", "2", "--out", "incomplete"}), 0);
  }

  void aFullDiskIsTold() {
    const SmallDisk disk(program_->path("disk"), "size=20k");
    if (!disk.mounted()) QSKIP("not run: mounting a small file system needs root");
    const Result said = program_->run({"predict", "2", "--out", "disk/out"});
    COMPARE_CODE(said, 1);
    QVERIFY2(said.err.contains("No space left on device; free some space and try again"),
             qPrintable(said.err));
    QVERIFY(!QFile::exists(program_->path("disk/out/predictions.json")));
    QVERIFY(disk.resize("size=4m"));
    COMPARE_CODE(program_->run({"predict", "2", "--out", "disk/out"}), 0);
    const QJsonObject seen = evaluated({"seg", "disk/out", "maps/test/labels", "--classes", "2"});
    QCOMPARE(seen["miou_occurring"], recorded("2")["test_miou_occurring"]);
  }

  /// At whatever moment: either it was done, or what is there is not read and is begun anew.
  void aKilledOneIsBegunAnew() {
    for (const int milliseconds : {50, 300, 600, 900}) {
      const QString out = QString("killed%1").arg(milliseconds);
      const auto process = program_->start({"predict", "2", "--out", out});
      process->waitForFinished(milliseconds);
      process->kill();
      process->waitForFinished(kTimeout);
      const bool isWhole = QFile::exists(program_->path(out + "/predictions.json"));
      COMPARE_CODE(program_->run({"predict", "2", "--out", out}), isWhole ? 2 : 0);
      const QJsonObject seen = evaluated({"seg", out, "maps/test/labels", "--classes", "2"});
      QCOMPARE(seen["all_acc"], recorded("2")["test_all_acc"]);
    }
  }
};

QTEST_GUILESS_MAIN(TestCliPredict)
#include "tst_cli_predict.moc"
