#include <signal.h>

#include <QImage>
#include <QPushButton>

#include "tests/cli/TinyTraining.h"
#include "tests/core/DamageTools.h"
#include "tests/core/StoreTools.h"
#include "tests/widgets/WindowBench.h"

using namespace uada;
using namespace uada::test;

/// Rows of docs/features.md, by their numbers, that take both programs.
class TestRowsPrograms : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // ---- 7: after a crash

  /// A real training is killed: the project is sound and has all rows up to what was told as safe, the window
  /// names the run with its last step, and it goes on to its end.
  void row07_aKilledRunIsNamedInTheWindow() {
    if (!QFile::exists(QStringLiteral(PROGRAM_DIR "/../lib/libuada_engine.so")))
      QSKIP("the engine is not built: nothing can be trained");
    const Program program;
    writeTinyExperiment(program);
    const auto process = program.start(tinyExperiment(program, 400, R"(["uada"])") + QStringList{"--json"});
    QByteArray seen;
    QVERIFY(waitForSteps(*process, 23, seen));
    ::kill(static_cast<pid_t>(process->processId()), SIGKILL);
    QVERIFY(process->waitForFinished(kTimeout));
    seen += process->readAllStandardOutput();
    const auto lines = objects(QString::fromUtf8(seen.left(seen.lastIndexOf('\n') + 1)));
    const int safe = ofKind(lines, "checkpoint").back()["step"].toInt();
    const QString file = program.path("uada.uada");
    const std::string said =
        sqlite(file.toStdString(), "PRAGMA quick_check; SELECT count(DISTINCT step), max(step) FROM steps");
    QVERIFY2(said.starts_with("ok\n"), said.c_str());
    const QStringList counted = QString::fromStdString(said).section('\n', 1).split('|');
    QVERIFY2(safe >= 20 && counted[0].toInt() >= safe && counted[0] == counted[1], said.c_str());
    WindowBench bench;
    bench.window->openProject(file);
    QTRY_VERIFY(bench.find<QWidget>("recovery")->isVisible());
    const QString text = bench.find<QLabel>("recoveryText")->text();
    QVERIFY2(text.contains(QString("at step %1 of 2,000, epoch ").arg(counted[1])), qPrintable(text));
    for (const char* name : {"recoveryResume", "recoveryKeep", "recoveryDiscard"})
      QVERIFY2(bench.find<QPushButton>(name)->isVisible(), name);
    QTest::mouseClick(bench.find<QPushButton>("recoveryKeep"), Qt::LeftButton);
    QVERIFY(!bench.find<QWidget>("recovery")->isVisible());
    bench.close();
    const auto resumed = program.start({"resume", "1", "--json"});
    seen.clear();
    QVERIFY(waitForSteps(*resumed, 3, seen));
    const int first = ofKind(objects(QString::fromUtf8(seen.left(seen.lastIndexOf('\n') + 1))), "step")
                          .front()["step"]
                          .toInt();
    QVERIFY2(first > safe && first <= counted[1].toInt() + 1, qPrintable(QString::number(first)));
    ::kill(static_cast<pid_t>(resumed->processId()), SIGTERM);
    COMPARE_CODE(Program::finish(*resumed), 143);
  }

  // ---- 50: the queue in other processes

  /// Two processes train the queue on the processor. One is killed: the window says so and lives, the other
  /// one goes on, and the killed run is interrupted and can be resumed.
  void row50_aKilledWorkerLeavesWindowAndOthersAlive() {
    if (!QFile::exists(QStringLiteral(PROGRAM_DIR "/../lib/libuada_engine.so")))
      QSKIP("the engine is not built: nothing can be trained");
    const Program program;
    writeTinyExperiment(program);
    const QStringList experiment = tinyExperiment(program, 4000, R"(["uada"])").mid(1);
    COMPARE_CODE(program.run(QStringList{"queue", "add"} + experiment + QStringList{"--set", "seeds=[1,2]"}),
                 0);
    WindowBench bench;
    bench.window->openProject(program.path("uada.uada"));
    Session& session = *bench.session;
    QSignalSpy problems(&session, &Session::problem);
    session.workerProgram = QStringLiteral(PROGRAM_DIR "/uada");
    for (int worker = 0; worker < 2; ++worker) session.startWorker("cpu");
    const auto areTraining = [&] {
      for (const QueueWorker* worker : session.workers())
        if (!worker->text().contains("step") || worker->text().endsWith("step 0")) return false;
      return session.workers().size() == 2;
    };
    QTRY_VERIFY_WITH_TIMEOUT(areTraining(), kTimeout);
    QVERIFY(bench.find<QLabel>("workers")->text().count("cpu: ") == 2);
    const auto states = [&] {
      QStringList all;
      for (const RunSummary& run : ProjectReader(session.projectFile().toStdString()).runs())
        all << QString::fromLatin1(stateName(run.state));
      all.sort();
      return all.join(' ');
    };
    QTRY_COMPARE_WITH_TIMEOUT(states(), QString("running running"), kTimeout);
    const std::vector<RunSummary> runs = ProjectReader(session.projectFile().toStdString()).runs();
    QCOMPARE(::kill(static_cast<pid_t>(runs[0].pid), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(session.workers().size(), std::size_t{1}, kTimeout);
    QTRY_COMPARE_WITH_TIMEOUT(problems.size(), 1, kTimeout);
    QVERIFY2(problems[0][0].toString().endsWith("ended by a signal"), qPrintable(problems[0][0].toString()));
    QTRY_COMPARE_WITH_TIMEOUT(states(), QString("interrupted running"), kTimeout);
    QVERIFY(bench.window->isVisible());
    session.stopWorkers();
    QTRY_VERIFY_WITH_TIMEOUT(session.workers().empty(), kTimeout);
    QCOMPARE(states(), QString("interrupted stopped"));
    bench.close();
    const auto resumed = program.start({"resume", QString::fromStdString(runs[0].key), "--json"});
    QByteArray seen;
    QVERIFY(waitForSteps(*resumed, 1, seen));
    ::kill(static_cast<pid_t>(resumed->processId()), SIGTERM);
    COMPARE_CODE(Program::finish(*resumed), 143);
  }

  // ---- 43: at two pixels for one

  /// The whole window at scale 1 and 2, in both themes: the same picture, with twice the pixels.
  void row43_theWindowIsTheSameAtTwoPixelsForOne_data() {
    QTest::addColumn<QString>("theme");
    QTest::newRow("light") << "light";
    QTest::newRow("dark") << "dark";
  }
  void row43_theWindowIsTheSameAtTwoPixelsForOne() {
    QFETCH(QString, theme);
    Program program("uada-workbench");
    program.set("QT_QPA_PLATFORM", "offscreen");
    writeDamageable(std::filesystem::path(program.path("p.uada").toStdString()));
    const auto drawn = [&](const char* scale) {
      program.set("QT_SCALE_FACTOR", scale);
      const QString out = QString("w%1.png").arg(scale);
      const Result result = program.run({"--export", "window", "--project", "p.uada", "--run", "1", "--size",
                                         "1024x700", "--theme", theme, "--out", out, "--settings", "s.ini"});
      return result.code == 0 ? QImage(program.path(out)).convertToFormat(QImage::Format_RGB32) : QImage();
    };
    const QImage one = drawn("1"), two = drawn("2");
    QCOMPARE(one.size(), QSize(1024, 700));
    QCOMPARE(two.size(), QSize(2048, 1400));
    const QImage half = two.scaled(one.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    qint64 apart = 0;
    for (int y = 0; y < one.height(); ++y)
      for (int x = 0; x < one.width(); ++x)
        apart += std::abs(qGray(one.pixel(x, y)) - qGray(half.pixel(x, y))) > 40 ? 1 : 0;
    // Edges of letters differ; a part that were not scaled, or elsewhere, would be a tenth of the window.
    QVERIFY2(apart * 20 < qint64{one.width()} * one.height(), qPrintable(QString::number(apart)));
    const bool isDark = qGray(one.pixel(one.width() / 2, 4)) < 128;
    QCOMPARE(isDark, theme == "dark");
  }
};

QTEST_MAIN(TestRowsPrograms)
#include "tst_rows_programs.moc"
