#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/Error.h"
#include "tests/core/FakeEngine.h"
#include "tests/widgets/StandInProgram.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

/// A program of its own: what starts processes cannot run under the thread checker.
class TestQueueWorker : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// The queue is trained by another program; here by one that only says so.
  void theQueueIsTrainedByAnotherProcess() {
    QTemporaryDir folder;
    FakeEngine engine;
    const Theme theme(Theme::Kind::light);
    Session s(theme, [&]() -> Engine& { return engine; }, Answers::atOnce);
    s.openProject(folder.filePath("p.uada"));
    s.workerProgram = folder.filePath("uada");
    writeProgram(
        s.workerProgram,
        "echo \"$@\" > \"$4.arguments\"\ntrap 'exit 143' TERM\n"
        "echo '{\"kind\":\"run\",\"id\":7,\"title\":\"tiny\"}'\necho '{\"kind\":\"step\",\"step\":1200}'\n"
        "while [ ! -e \"$4.end\" ]; do sleep 0.02; done\n"
        "echo '{\"kind\":\"error\",\"run\":7,\"message\":\"no disk\"}'\nprintf '1 of 1 ' >&2\nsleep "
        "0.2\necho 'failed' >&2\nexit 1\n");
    QSignalSpy problems(&s, &Session::problem);
    s.startWorker("cuda:1");
    QVERIFY(s.isTraining() && !s.isLive());
    QTRY_COMPARE(s.workers().at(0)->text(), QString("cuda:1: tiny, step 1,200"));
    QVERIFY_THROWS_EXCEPTION(Error, s.closeProject());
    QFile arguments(s.projectFile() + ".arguments");
    QVERIFY(arguments.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(arguments.readAll()).trimmed(),
             "queue run --project " + s.projectFile() + " --json --quiet --device cuda:1");
    s.stopWorkers();
    QTRY_VERIFY(!s.isTraining());
    QCOMPARE(problems.size(), 0);
    s.startWorker("");
    QTRY_COMPARE(s.workers().at(0)->text(), QString("another process: tiny, step 1,200"));
    QVERIFY(QFile(s.projectFile() + ".end").open(QIODevice::WriteOnly));
    QTRY_VERIFY(!s.isTraining());
    QCOMPARE(problems.size(), 2);
    QCOMPARE(problems[0][0].toString(), QString("tiny on another process: no disk"));
    // Written in two parts, and still one line.
    QVERIFY2(problems[1][0].toString().endsWith("ended: 1 of 1 failed"),
             qPrintable(problems[1][0].toString()));
    s.workerProgram = "/nowhere/uada";
    s.startWorker("cpu");
    QTRY_COMPARE(problems.size(), 3);
    QVERIFY(problems[2][0].toString().contains("'/nowhere/uada' cannot be started"));
    s.closeProject();
  }

  /// What it trains is ticked and selected, as a run of the window's own is.
  void whatItTrainsIsShown() {
    QTemporaryDir folder;
    FakeEngine engine;
    const Theme theme(Theme::Kind::light);
    Session s(theme, [&]() -> Engine& { return engine; }, Answers::atOnce);
    s.openProject(folder.filePath("p.uada"));
    s.queue({fakeConfig("uada", 1), fakeConfig("uada", 2)});
    s.startNext();
    QTRY_COMPARE(s.runs().size(), std::size_t{2});
    QTRY_VERIFY(!s.isTraining() && s.queued().empty());
    s.selection().setChecked({1, 2}, false);
    s.workerProgram = folder.filePath("uada");
    QFile program(s.workerProgram);
    QVERIFY(program.open(QIODevice::WriteOnly));
    program.write("#!/bin/sh\necho '{\"kind\":\"run\",\"id\":1,\"title\":\"tiny\"}'\nsleep 0.2\n");
    program.close();
    QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
    s.startWorker("");
    QTRY_VERIFY(s.selection().isChecked(1));
    QVERIFY(!s.selection().isChecked(2));
    QCOMPARE(s.selection().run(), qint64{1});
    QTRY_VERIFY(!s.isTraining());
    s.closeProject();
  }

  /// Twins go through the queue to one process, which trains them together.
  void twinsAreTrainedByAnotherProcess() {
    QTemporaryDir folder;
    FakeEngine engine;
    const Theme theme(Theme::Kind::light);
    Session s(theme, [&]() -> Engine& { return engine; }, Answers::atOnce);
    s.openProject(folder.filePath("p.uada"));
    s.workerProgram = folder.filePath("uada");
    writeProgram(s.workerProgram,
                 "echo \"$@\" > \"$5.arguments\"\ntrap 'exit 143' TERM\n"
                 "echo '{\"kind\":\"run\",\"id\":7,\"title\":\"one\"}'\necho "
                 "'{\"kind\":\"run\",\"id\":8,\"title\":\"two\"}'\n"
                 "echo '{\"kind\":\"epoch\",\"run\":7,\"twin\":\"RA\",\"epoch\":3}'\n"
                 "while true; do sleep 0.02; done\n");
    QVERIFY_THROWS_EXCEPTION(UsageError, s.startTwins({fakeConfig("uada", 1), fakeConfig("ra-uc", 2)}));
    QVERIFY(s.queued().empty() && !s.isTraining());
    s.startTwins({fakeConfig("uada", 1), fakeConfig("ra-uc", 1)});
    QTRY_COMPARE(s.workers().at(0)->text(), QString("twins: one and two, epoch 3"));
    QFile arguments(s.projectFile() + ".arguments");
    QVERIFY(arguments.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(arguments.readAll()).trimmed(),
             "twins --queued 1,2 --project " + s.projectFile() + " --json");
    QCOMPARE(ProjectReader(s.projectFile().toStdString()).queue().size(), std::size_t{2});
    s.stopWorkers();
    QTRY_VERIFY(!s.isTraining());
    s.closeProject();
  }
};

QTEST_MAIN(TestQueueWorker)
#include "tst_queue_worker.moc"
