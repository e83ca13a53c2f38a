#include <signal.h>

#include <algorithm>

#include "core/images/ImageIo.h"
#include "tests/cli/TinyTraining.h"

using namespace uada::test;

/// Of runs that are stopped and then trained to their end: long enough that a test which waits for the
/// processor still comes before that.
constexpr int kEpochs = 60;

/// How training ends before its end, by a signal, by `uada stop` or by a crash, and goes on.
class TestCliStops : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void stops_data();
  void stops();
  void writesACheckpointOnSigusr1();
  void obeysWithinALongTest_data();
  void obeysWithinALongTest();
  void obeysWhileImagesAreDecoded();
  void stopsWhenNobodyReads();
  void resumesToTheSameNumbers();
  void survivesKill();
  void secondSignalEndsAtOnce();
  void resumesOnAGivenDevice();

 private:
  QStringList experiment(int epochs) const { return tinyExperiment(*program_, epochs, R"(["uada"])"); }
  QList<QJsonObject> runs() const { return runsIn(*program_); }
  std::unique_ptr<Program> program_;
};

void TestCliStops::init() {
  program_ = std::make_unique<Program>();
  writeTinyExperiment(*program_);
}

void TestCliStops::stops_data() {
  QTest::addColumn<QString>("by");
  QTest::addColumn<int>("code");
  QTest::newRow("SIGINT") << "INT" << 130;
  QTest::newRow("SIGTERM") << "TERM" << 143;
  QTest::newRow("SIGHUP") << "HUP" << 129;
  QTest::newRow("uada stop") << "stop" << 143;
}

void TestCliStops::stops() {
  QFETCH(QString, by);
  QFETCH(int, code);
  const auto process = startLongTraining(*program_);
  QByteArray seen;
  QVERIFY(waitForSteps(*process, 3, seen));
  if (by == "stop")
    COMPARE_CODE(program_->run({"stop", "1"}), 0);
  else
    ::kill(static_cast<pid_t>(process->processId()), by == "TERM" ? SIGTERM : by == "HUP" ? SIGHUP : SIGINT);
  Result stopped = Program::finish(*process);
  stopped.out.prepend(QString::fromUtf8(seen));
  COMPARE_CODE(stopped, code);
  const auto checkpoints = ofKind(objects(stopped.out), "checkpoint");
  const auto steps = ofKind(objects(stopped.out), "step");
  QVERIFY(!checkpoints.isEmpty());
  QCOMPARE(checkpoints.back()["step"], steps.back()["step"]);  // nothing is trained twice
  QCOMPARE(runs()[0]["state"].toString(), QString("stopped"));
  QCOMPARE(program_->run({"stop", "1"}).code, 1);  // it is not live any more
}

/// A checkpoint within a step of the signal, and training goes on.
void TestCliStops::writesACheckpointOnSigusr1() {
  const auto process = startLongTraining(*program_);
  QByteArray seen;
  // An epoch has five steps, and its end a checkpoint of its own. On a busy machine a signal may come as late
  // as that, so that there are several.
  for (const int steps : {2, 8, 14, 20}) {
    QVERIFY(waitForSteps(*process, steps, seen));
    ::kill(static_cast<pid_t>(process->processId()), SIGUSR1);
  }
  QVERIFY(waitForSteps(*process, 27, seen));
  ::kill(static_cast<pid_t>(process->processId()), SIGTERM);
  const Result stopped = Program::finish(*process);
  COMPARE_CODE(stopped, 143);
  const auto checkpoints =
      ofKind(objects(QString::fromUtf8(seen.left(seen.lastIndexOf('\n')))), "checkpoint");
  const bool isWithinAnEpoch = std::ranges::any_of(
      checkpoints, [](const QJsonObject& checkpoint) { return checkpoint["step"].toInt() % 5 != 0; });
  QVERIFY2(isWithinAnEpoch, seen.constData());
}

void TestCliStops::obeysWithinALongTest_data() {
  QTest::addColumn<int>("signal");
  QTest::newRow("SIGUSR1") << SIGUSR1;
  QTest::newRow("SIGTERM") << SIGTERM;
}

/// The checkpoint of the epoch's last step comes while its test runs, not after it. With averaged weights,
/// which the network has meanwhile, and which the run goes on without.
void TestCliStops::obeysWithinALongTest() {
  QFETCH(int, signal);
  QByteArray tests;
  for (int copy = 0; copy < 250; ++copy) tests += program_->read("cifar/test_batch.bin");
  program_->write("cifar/test_batch.bin", tests);
  const QStringList arguments =
      experiment(2) + QStringList{"--set", "recipe.training.averaging=0.9", "--json"};
  const auto process = program_->start(arguments);
  QByteArray seen;
  QVERIFY(waitForSteps(*process, 5, seen));
  ::kill(static_cast<pid_t>(process->processId()), signal);
  QVERIFY(waitForText(*process, R"({"kind":"checkpoint")", 1, seen));
  QVERIFY2(!seen.left(seen.indexOf(R"({"kind":"checkpoint")")).contains(R"({"kind":"epoch")"),
           seen.constData());
  if (signal == SIGUSR1) ::kill(static_cast<pid_t>(process->processId()), SIGKILL);
  const Result stopped = Program::finish(*process);
  if (signal == SIGTERM) COMPARE_CODE(stopped, 143);
  const auto checkpoints =
      ofKind(objects(QString::fromUtf8(seen.left(seen.lastIndexOf('\n')))), "checkpoint");
  QCOMPARE(checkpoints.front()["step"].toInt(), 5);
  COMPARE_CODE(program_->run(arguments), 0);
  COMPARE_CODE(program_->run(arguments + QStringList{"--project", "straight.uada"}), 0);
  QCOMPARE(lossesIn(*program_, "uada.uada"), lossesIn(*program_, "straight.uada"));
}

/// Image files, which other threads decode ahead: nothing is trained twice, and the numbers are the same.
void TestCliStops::obeysWhileImagesAreDecoded() {
  program_->set("XDG_CACHE_HOME", program_->path("cache"));
  for (int i = 0; i < 60; ++i) {
    uada::Image image(40, 36);
    for (std::size_t p = 0; p < image.rgb.size(); ++p)
      image.rgb[p] = static_cast<std::uint8_t>((i % 3) * 60 + 7 * p + 13 * static_cast<std::size_t>(i));
    const QString folder = program_->path(QString("images/%1/%2").arg(i < 50 ? "train" : "val").arg(i % 3));
    QVERIFY(QDir().mkpath(folder));
    uada::writePng((folder + QString("/%1.png").arg(i)).toStdString(), image.view());
  }
  QByteArray text = program_->read("tiny.json");
  text.replace("cifar10", "folder");
  program_->write("tiny.json", text);
  const auto arguments = [&](int epochs) {
    return QStringList{
        "run",   "tiny.json",
        "--set", "recipe.dataset.folder=" + program_->path("images"),
        "--set", QString("recipe.training.epochs=%1").arg(epochs),
        "--set", "recipe.training.batch=5",
        "--set", R"(recipe.input={"height":32,"width":32})",
        "--set", R"(methods=[{"name":"uada","policy":{"name":"uada-cifar","crop":"resized"}}])",
        "--json"};
  };
  const auto process = program_->start(arguments(400));
  QByteArray seen;
  for (const int steps : {2, 13, 24, 35}) {  // of ten in an epoch; several, as above
    QVERIFY(waitForSteps(*process, steps, seen));
    ::kill(static_cast<pid_t>(process->processId()), SIGUSR1);
  }
  QVERIFY(waitForSteps(*process, 47, seen));
  ::kill(static_cast<pid_t>(process->processId()), SIGTERM);
  Result stopped = Program::finish(*process);
  stopped.out.prepend(QString::fromUtf8(seen));
  COMPARE_CODE(stopped, 143);
  const auto checkpoints = ofKind(objects(stopped.out), "checkpoint");
  QCOMPARE(checkpoints.back()["step"], ofKind(objects(stopped.out), "step").back()["step"]);
  QVERIFY(std::ranges::any_of(checkpoints.begin(), checkpoints.end() - 1, [](const QJsonObject& checkpoint) {
    return checkpoint["step"].toInt() % 10 != 0;
  }));
}

/// The reader of 'run --json' goes after the first line: a stop, with its checkpoint, as by a first SIGTERM.
void TestCliStops::stopsWhenNobodyReads() {
  QProcess shell;
  shell.setWorkingDirectory(program_->path("."));
  QStringList words = experiment(2000);
  for (QString& word : words) word = "'" + word + "'";
  shell.start("/bin/bash", {"-c", QString("'%1/uada' %2 --json | head -1; exit ${PIPESTATUS[0]}")
                                      .arg(QStringLiteral(PROGRAM_DIR), words.join(' '))});
  const Result stopped = Program::finish(shell);
  COMPARE_CODE(stopped, 143);
  QCOMPARE(objects(stopped.out).size(), 1);
  const auto listed = runs();
  QCOMPARE(listed[0]["state"].toString(), QString("stopped"));
  const QDir checkpoints(program_->path("uada.files/" + listed[0]["key"].toString()));
  QVERIFY2(!checkpoints.entryList({"checkpoint-*.safetensors"}, QDir::Files).isEmpty(),
           qPrintable(checkpoints.entryList().join(' ')));
}

void TestCliStops::resumesToTheSameNumbers() {
  const QStringList arguments = experiment(kEpochs);
  const auto process = program_->start(arguments + QStringList{"--json"});
  QByteArray seen;
  QVERIFY(waitForSteps(*process, 3, seen));
  ::kill(static_cast<pid_t>(process->processId()), SIGTERM);
  COMPARE_CODE(Program::finish(*process), 143);

  COMPARE_CODE(program_->run(arguments), 0);  // the same command continues
  QCOMPARE(runs().size(), 1);
  QCOMPARE(runs()[0]["state"].toString(), QString("finished"));
  QCOMPARE(runs()[0]["attempts"].toInt(), 2);

  COMPARE_CODE(program_->run(arguments + QStringList{"--project", "straight.uada"}), 0);
  const QStringList losses = lossesIn(*program_, "uada.uada");
  QCOMPARE(losses.size(), 5 * kEpochs);
  QCOMPARE(losses, lossesIn(*program_, "straight.uada"));
}

void TestCliStops::survivesKill() {
  const auto process = program_->start(experiment(kEpochs) + QStringList{"--json"});
  QByteArray seen;
  QVERIFY(waitForSteps(*process, 12, seen));  // past the checkpoints of two epochs
  process->kill();
  QVERIFY(process->waitForFinished(kTimeout));
  QCOMPARE(process->exitStatus(), QProcess::CrashExit);
  QCOMPARE(runs()[0]["state"].toString(), QString("interrupted"));
  const Result resumed = program_->run({"resume", "1", "--json"});
  COMPARE_CODE(resumed, 0);
  const auto steps = ofKind(objects(resumed.out), "step");
  QVERIFY(!steps.isEmpty() && steps.front()["step"].toInt() > 5);  // not from the beginning
  QCOMPARE(runs()[0]["state"].toString(), QString("finished"));
  const Result nothing = program_->run({"resume", "1"});
  COMPARE_CODE(nothing, 0);
  QVERIFY(nothing.err.contains("nothing to resume"));
}

void TestCliStops::secondSignalEndsAtOnce() {
  const auto process = startLongTraining(*program_);
  QByteArray seen;
  QVERIFY(waitForSteps(*process, 1, seen));
  ::kill(static_cast<pid_t>(process->processId()), SIGINT);
  ::kill(static_cast<pid_t>(process->processId()), SIGTERM);
  const int code = Program::finish(*process).code;
  QVERIFY2(code == 130 || code == 143,
           qPrintable(QString::number(code)));  // two pending signals come in any order
}

void TestCliStops::resumesOnAGivenDevice() {
  const auto process = program_->start(experiment(kEpochs) + QStringList{"--json"});
  QByteArray seen;
  QVERIFY(waitForSteps(*process, 3, seen));
  ::kill(static_cast<pid_t>(process->processId()), SIGTERM);
  COMPARE_CODE(Program::finish(*process), 143);
  const Result nowhere = program_->run({"resume", "1", "--device", "cuda:99"});
  COMPARE_CODE(nowhere, 1);
  COMPARE_CODE(program_->run({"resume", "1", "--device", "cpu"}), 0);
  QCOMPARE(runs()[0]["state"].toString(), QString("finished"));
}

QTEST_GUILESS_MAIN(TestCliStops)
#include "tst_cli_stops.moc"
