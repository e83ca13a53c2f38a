#include <signal.h>

#include "tests/cli/MadeTasks.h"

using namespace uada;
using namespace uada::test;

/// Segmentation and detection from the command line: a run that was stopped goes on to the same bits, and
/// whatever is wrong with a file is said in one line and costs nothing.
class TestCliTasks : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Program> program_;

  void addTasks() {
    QTest::addColumn<QString>("task");
    QTest::addColumn<int>("steps");
    QTest::newRow("segmentation") << "maps" << 16;
    QTest::newRow("detection") << "boxes" << 24;
  }
  /// One line on standard error, which names the file and what is wrong.
  QString unlike(const Result& result, const QStringList& words) const {
    QString problem = unlikeCode(result, 1);
    for (const QString& word : words)
      if (!result.err.contains(word)) problem += "no '" + word + "' in: " + result.err;
    const auto lines = result.err.trimmed().split('\n').filter(words[0]);
    return lines.size() == 1 ? problem : problem + "not one line: " + result.err;
  }

 private Q_SLOTS:
  void initTestCase() {
    program_ = std::make_unique<Program>();
    program_->set("XDG_CACHE_HOME", program_->path("cache"));
    writeScenes(*program_);
    writeObjects(*program_);
    writeTaskExperiments(*program_);
  }

  void resumesToTheSameNumbers_data() { addTasks(); }
  void resumesToTheSameNumbers() {
    QFETCH(QString, task);
    QFETCH(int, steps);
    const QString project = task + ".uada";
    QStringList arguments = taskExperiment(*program_, task);
    if (task == "maps") arguments += {"--set", "recipe.training.epochs=8"};
    COMPARE_CODE(program_->run(arguments + QStringList{"--project", "straight-" + project}), 0);
    const auto process = program_->start(arguments + QStringList{"--json", "--project", project});
    QByteArray seen;
    QVERIFY(waitForSteps(*process, 3, seen));
    ::kill(static_cast<pid_t>(process->processId()), SIGTERM);
    const int code = Program::finish(*process).code;
    QVERIFY2(code == 143 || code == 0, qPrintable(QString::number(code)));  // 0: it was done before
    if (code == 143) COMPARE_CODE(program_->run({"resume", "1", "--project", project}), 0);
    const QStringList losses = lossesIn(*program_, project);
    QCOMPARE(losses.size(), steps);
    QCOMPARE(losses, lossesIn(*program_, "straight-" + project));
    const auto test = [&](const QString& name) {
      return ofKind(objects(program_->run({"test", "1", "--project", name, "--json"}).out), "test").value(0);
    };
    QJsonObject one = test(project), other = test("straight-" + project);
    for (const char* key : {"seconds", "key"}) one.remove(key), other.remove(key);
    QVERIFY(!one.isEmpty());
    QCOMPARE(one, other);
  }

  void badFilesAreTold_data() {
    QTest::addColumn<QString>("task");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QStringList>("words");
    const MadeScene scene(8);
    const auto map = [](int width, int height, std::uint8_t label) {
      std::vector<std::uint8_t> labels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
      labels[labels.size() / 2] = label;
      return QByteArray::fromStdString(textOf(labelPng(width, height, labels)));
    };
    const QString mask = "maps/test/labels/scene 8.png", picture = "maps/test/images/scene 8.png";
    const QString xml = "voc/Annotations/object20.xml", photo = "voc/JPEGImages/object20.jpg";
    QTest::newRow("mask of another size")
        << "maps" << mask << map(51, 48, 1) << QStringList{"scene 8.png'", "51 x 48", "52 x 48"};
    QTest::newRow("label beyond") << "maps" << mask << map(52, 48, 2)
                                  << QStringList{"scene 8.png' has the label 2 at column 0 of row 24",
                                                 "0 to 1 or 255 expected"};
    QTest::newRow("mask cut short") << "maps" << mask << scene.labelFile().chopped(20)
                                    << QStringList{"scene 8.png'", "cut short"};
    QTest::newRow("mask is text") << "maps" << mask << QByteArray("no picture")
                                  << QStringList{"scene 8.png'"};
    const auto image = encodePng(scene.image.view());
    const QByteArray png(reinterpret_cast<const char*>(image.data()), std::ssize(image));
    QTest::newRow("image cut short") << "maps" << picture << png.chopped(20)
                                     << QStringList{"scene 8.png'", "cut short"};
    QTest::newRow("photo cut short") << "boxes" << photo << png.chopped(20)
                                     << QStringList{"object20.jpg'", "cut short"};
    QTest::newRow("box of NaN") << "boxes" << xml << scene.annotation("NaN", false)
                                << QStringList{"object20.xml'", "object 1 (bright) has the xmin 'NaN'"};
    QTest::newRow("XML cut short") << "boxes" << xml << scene.annotation("3", false).chopped(30)
                                   << QStringList{"object20.xml' is no XML"};
    QTest::newRow("another class") << "boxes" << xml << scene.annotation("3", false).replace("bright", "dark")
                                   << QStringList{"object20.xml' has an object of class 'dark'", "bright"};
  }
  /// Before a run, and when it is to be tested or predicted: what it has recorded stays.
  void badFilesAreTold() {
    QFETCH(QString, task);
    QFETCH(QString, file);
    QFETCH(QByteArray, bytes);
    QFETCH(QStringList, words);
    const QString project = "bad-" + task + ".uada", folder = task == "maps" ? "maps" : "voc";
    const QStringList arguments = taskExperiment(*program_, task);
    if (!QFile::exists(program_->path(project)))
      COMPARE_CODE(program_->run(arguments + QStringList{"--project", project}), 0);
    const QStringList losses = lossesIn(*program_, project);
    const QByteArray whole = program_->read(file);
    program_->write(file, bytes);
    QCOMPARE(unlike(program_->run(arguments + QStringList{"--project", "new.uada", "--quiet"}), words), "");
    for (const QStringList& verb :
         {QStringList{"test", "1"}, QStringList{"predict", "1", "--out", "predicted"}})
      QCOMPARE(unlike(program_->run(verb + QStringList{"--project", project}), words), "");
    const Result checked = program_->run({"data", "check", task, folder});
    QCOMPARE(unlikeCode(checked, 1), QString());
    QVERIFY2((checked.out + checked.err).contains(words[0]), qPrintable(checked.out + checked.err));
    QVERIFY(!QFile::exists(program_->path("predicted")));
    program_->write(file, whole);
    QCOMPARE(lossesIn(*program_, project), losses);
    COMPARE_CODE(program_->run({"test", "1", "--project", project}), 0);
    QVERIFY(!losses.isEmpty());
  }
};

QTEST_GUILESS_MAIN(TestCliTasks)
#include "tst_cli_tasks.moc"
