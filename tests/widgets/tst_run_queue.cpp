#include <QAction>
#include <QInputDialog>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>

#include "tests/core/StoreTools.h"
#include "tests/widgets/RunsBench.h"
#include "widgets/panels/runs/QueueBox.h"

using namespace uada;
using namespace uada::test;
using Bench = RunsBench;

/// What a user does with the queue under the list of runs, and with runs that were interrupted.
class TestRunQueue : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void queueIsReorderedAndUndone() {
    Bench bench;
    for (int seed = 1; seed <= 4; ++seed) bench.session->queue({fakeConfig("uada", seed, 1)});
    auto* list = bench.panel->findChild<QueueList*>("queue");
    QVERIFY(list->isVisible());
    QCOMPARE(list->topLevelItemCount(), 4);
    list->topLevelItem(2)->setSelected(true);
    bench.panel->findChild<QToolButton*>("queueUp")->click();
    QCOMPARE(bench.queued(), (QStringList{"s1", "s3", "s2", "s4"}));
    bench.panel->findChild<QToolButton*>("queueUp")->click();  // it is still the chosen one
    QCOMPARE(bench.queued(), (QStringList{"s3", "s1", "s2", "s4"}));
    list->topLevelItem(1)->setSelected(true);
    bench.panel->findChild<QToolButton*>("queueDown")->click();
    QCOMPARE(bench.queued(), (QStringList{"s2", "s3", "s1", "s4"}));
    bench.panel->findChild<QToolButton*>("queueOut")->click();
    QCOMPARE(bench.queued(), (QStringList{"s2", "s4"}));
    bench.panel->findChild<QPushButton*>("undo")->click();
    QCOMPARE(bench.queued(), (QStringList{"s2", "s3", "s1", "s4"}));
    bench.reopen();  // and so it stays
    QCOMPARE(bench.queued(), (QStringList{"s2", "s3", "s1", "s4"}));
  }

  /// What tells them apart comes first; the full title is in the tool tip.
  void queuedRunsAreCalledByWhatDiffers() {
    Bench bench;
    bench.train({fakeConfig("uada", 1, 1)});
    bench.session->queue({fakeConfig("uada", 2, 1), fakeConfig("ra-uc", 3, 1)});
    auto* list = bench.panel->findChild<QueueList*>("queue");
    const std::string title = bench.session->queued()[0].title;
    QTRY_VERIFY2(list->topLevelItem(0)->text(0).endsWith(" · s2"),
                 qPrintable(list->topLevelItem(0)->text(0)));
    QCOMPARE(QString(list->topLevelItem(0)->text(0)).replace("s2", "s1"), bench.session->nameOf(1));
    QVERIFY(list->topLevelItem(1)->text(0).endsWith(" · s3"));
    QCOMPARE(list->topLevelItem(0)->toolTip(0).section('\n', 0, 0), QString::fromStdString(title));
    QSignalSpy offered(bench.session.get(), &Session::undoOffered);
    list->topLevelItem(0)->setSelected(true);
    const QString name = list->topLevelItem(0)->text(0);
    bench.panel->findChild<QToolButton*>("queueOut")->click();
    QCOMPARE(offered.at(0).at(0).toString(), QString("Took %1 out of the queue").arg(name));
  }

  /// Those that are there and can be used, and no others.
  void anotherProcessIsOfferedTheDevicesThatAreThere() {
    Bench bench;
    bench.session->queue({fakeConfig("uada", 1, 1)});
    auto* box = bench.panel->findChild<QueueBox*>();
    box->engine = [&]() -> Engine& { return bench.engine; };
    const auto actions = bench.panel->findChild<QueueList*>("queue")->actions();
    const auto start = std::ranges::find_if(
        actions, [](const QAction* one) { return one->text().startsWith("Train the queue in another"); });
    QVERIFY(start != actions.end());
    (*start)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(box->findChild<QInputDialog*>("worker_device"), 20000);
    QStringList expected{"as each run says"};
    for (const DeviceInfo& device : bench.engine.devices())
      if (device.usable) expected << QString::fromStdString(device.name);
    auto* dialog = box->findChild<QInputDialog*>("worker_device");
    QCOMPARE(dialog->comboBoxItems(), expected);
    dialog->reject();
  }

  /// As runs of its kind took on this machine.
  void queueTellsWhatItTakes() {
    Bench bench;
    bench.train({fakeConfig("uada", 1, 1)});
    bench.session->queue({fakeConfig("uada", 2, 1), fakeConfig("uada", 3, 1)});
    auto* list = bench.panel->findChild<QueueList*>("queue");
    QTRY_VERIFY(!list->topLevelItem(0)->toolTip(0).section('\n', 1).isEmpty());
    QVERIFY(list->topLevelItem(1)->toolTip(0).contains("seed 3"));
  }

  /// No next run begins, whoever asks for it but a person; the rule is the project's.
  void aPausedQueueBeginsNothing() {
    Bench bench(slow());
    Session& s = *bench.session;
    s.queue({fakeConfig("ra-uc", 1, 1), fakeConfig("ra-uc", 2, 1)});
    s.startNext();
    QTRY_VERIFY_WITH_TIMEOUT(s.progress().step > 0, 20000);
    bench.panel->findChild<QToolButton*>("pauseQueue")->click();
    QVERIFY(s.queueRules().isPaused && s.isLive());
    QVERIFY(ProjectReader(bench.file().toStdString()).queueRules().isPaused);
    QTRY_COMPARE_WITH_TIMEOUT(s.state(), SessionState::finished, 30000);
    QTest::qWait(100);
    QVERIFY(!s.isLive());
    QCOMPARE(bench.queued(), (QStringList{"s2"}));
    bench.panel->findChild<QToolButton*>("pauseQueue")->click();
    QVERIFY(!s.queueRules().isPaused);
    QTRY_VERIFY_WITH_TIMEOUT(s.isLive(), 20000);
    QTRY_VERIFY_WITH_TIMEOUT(s.queued().empty(), 20000);
  }

  /// The reason stays on each run; as a rule of the project the rest waits.
  void oneFailureDoesNotStopTheRest() {
    for (const bool stops : {false, true}) {
      Bench bench(failing(3));
      Session& s = *bench.session;
      QueueRules rules;
      rules.stopsAfterFailure = stops;
      s.setQueueRules(rules);
      s.queue({fakeConfig("ra-uc", 1, 1), fakeConfig("ra-uc", 2, 1)});
      s.startNext();
      if (stops) {
        QTRY_COMPARE_WITH_TIMEOUT(s.state(), SessionState::failed, 20000);
        QTest::qWait(100);
        QCOMPARE(bench.queued(), (QStringList{"s2"}));
        continue;
      }
      QTRY_VERIFY_WITH_TIMEOUT(s.runs().size() == 2 && !s.isLive() && s.queued().empty(), 20000);
      for (const RunSummary& run : s.runs()) QVERIFY(run.problem.find("NaN") != std::string::npos);
      QVERIFY(s.failure().contains("NaN"));
    }
  }

  /// A queue that goes on does not take the selection from somebody who chose another run.
  void theQueueLeavesTheSelection() {
    Bench bench;
    Session& s = *bench.session;
    bench.train({fakeConfig("ra-uc", 1, 1)});
    QCOMPARE(s.selection().run(), qint64{1});
    bench.train({fakeConfig("ra-uc", 2, 1), fakeConfig("ra-uc", 3, 1)});
    QCOMPARE(s.selection().run(), qint64{3});  // who starts something sees it
    s.queue({fakeConfig("ra-uc", 4, 1), fakeConfig("ra-uc", 5, 1), fakeConfig("ra-uc", 6, 1)});
    bool isChosen = false;
    connect(&s, &Session::runsChanged, this, [&] {
      if (s.liveRun() != 5 || std::exchange(isChosen, true)) return;
      s.selection().select(1);
    });
    s.startNext();
    QTRY_VERIFY_WITH_TIMEOUT(s.runs().size() == 6 && !s.isLive() && s.queued().empty(), 20000);
    QVERIFY(isChosen);
    QCOMPARE(s.selection().run(), qint64{1});
    QVERIFY(s.selection().isChecked(6));
  }

  // ---- after a crash

  /// A killed program's runs are named with their last step; each of the three ways out.
  void aCrashIsToldAndDecided() {
    Bench bench;
    bench.train({fakeConfig("ra-uc", 1, 2), fakeConfig("ra-uc", 2, 2)});
    bench.close();
    const std::filesystem::path project = bench.file().toStdString();
    const auto kill = [&] {  // as kill -9 leaves them
      sqlite(
          project,
          "UPDATE attempts SET state = 'running', pid = 999999999, process_start = 1; DELETE FROM results; "
          "DELETE FROM steps WHERE step > 14; DELETE FROM epochs WHERE step > 14; DELETE FROM checkpoints "
          "WHERE step > 14");
    };
    kill();
    bench.reopen();
    const auto button = [&](const char* name) { return bench.recovery->findChild<QPushButton*>(name); };
    QVERIFY(!bench.recovery->isHidden());
    const QString text = bench.recovery->findChild<QLabel*>("recoveryText")->text();
    QVERIFY2(text.contains("at step 14 of 20, epoch 2/2"), qPrintable(text));
    QCOMPARE(text.count('\n'), 1);
    button("recoveryKeep")->click();
    QVERIFY(bench.recovery->isHidden());
    bench.reopen();
    QVERIFY(bench.recovery->isHidden());  // asked once
    std::filesystem::remove(project.parent_path() / "p.files" / "window.json");
    bench.reopen();
    QVERIFY(!bench.recovery->isHidden());
    button("recoveryDiscard")->click();
    QVERIFY(bench.recovery->isHidden() && bench.session->runs().empty());
    bench.session->restoreRuns(bench.session->deletedRuns());
    QVERIFY(!bench.recovery->isHidden());
    button("recoveryResume")->click();
    QVERIFY(bench.recovery->isHidden());
    const auto isDone = [&] {
      return std::ranges::all_of(bench.session->runs(),
                                 [](const RunSummary& run) { return run.state == RunState::finished; });
    };
    QTRY_VERIFY_WITH_TIMEOUT(isDone(), 30000);
    QCOMPARE(bench.session->runs().size(), std::size_t{2});
    for (const RunSummary& run : bench.session->runs()) QCOMPARE(run.attempts, 2);
  }
};

QTEST_MAIN(TestRunQueue)
#include "tst_run_queue.moc"
