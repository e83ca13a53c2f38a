#include <QDialog>
#include <QDir>
#include <QElapsedTimer>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <QTimer>
#include <cstdio>
#include <memory>

#include "app/gui/MainWindow.h"
#include "app/gui/TimedApplication.h"
#include "core/base/Error.h"
#include "core/machine/Machine.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"
#include "widgets/frame/Actions.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

#ifndef WATCHDOG_SECONDS
#define WATCHDOG_SECONDS 12
#endif

using namespace uada;
using namespace std::chrono_literals;

namespace {

constexpr bool kIsLong = WATCHDOG_SECONDS > 100;

/// Whether a checker of the compiler's makes everything many times slower.
constexpr bool isSlowed() {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
  return true;
#endif
#endif
  return false;
}

/// As fast as it can, which is far above ten thousand steps a second.
FakeSettings fast() {
  FakeSettings settings;
  settings.stepsPerEpoch = 100'000;
  settings.pictureEvery = 5'000;
  return settings;
}

/// The real window over a fake engine.
struct Bench {
  Bench(FakeEngine& engine, const QString& folder)
      : settings(folder + "/settings.ini", QSettings::IniFormat),
        session(theme, [&]() -> Engine& { return engine; }),
        window(workbench) {
    window.confirmClose = [] { return true; };
    window.show();
    bool isOpen = false;
    session.openProject(folder + "/p.uada", [&] { isOpen = true; });
    QTRY_VERIFY_WITH_TIMEOUT(isOpen, 20000);
  }
  const Theme theme{Theme::Kind::light};
  QSettings settings;
  Session session;
  Workbench workbench{session, settings, theme};
  MainWindow window;
};

/// Finished runs of four configurations and two seeds.
void addRuns(const QString& project) {
  ProjectWriter writer(project.toStdString());
  for (const char* method : {"baseline", "ra-uc", "uada", "adversarial"})
    for (const std::int64_t seed : {1, 2}) {
      const RunConfig config = fakeConfig(method, seed, 20);
      const FakeNumbers numbers{{}, config};
      const std::int64_t run = beginRun(writer, config);
      for (int step = 1; step <= 200; ++step) {
        writer.append(run, 1, numbers.step(step));
        writer.append(run, 1, numbers.policy(step));
        if (step % 50 == 0) writer.append(run, 1, numbers.decision(step, 1));
        if (step % 10 == 0) writer.append(run, 1, numbers.epoch(step / 10));
      }
      writer.append(run, 1, numbers.result());
      writer.append(run, 1, StateReport{RunState::finished, "", "cpu", 2, "fake-data", true});
    }
}

qsizetype entries(const char* folder) {
  return QDir(folder).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot).size();
}

}  // namespace

/// The window beside a run that reports as fast as it can, with everything open.
class TestWatchdog : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// The processor time of each event counts, so that a busy machine does not.
  void noEventIsLongWhileARunTrains() {
    constexpr double kLimit = isSlowed() ? 3000 : 100;  // milliseconds
    QTemporaryDir folder;
    addRuns(folder.filePath("p.uada"));
    FakeEngine engine(fast());
    Bench bench(engine, folder.path());
    Session& session = bench.session;
    openEverything(bench.window);
    QTRY_COMPARE_WITH_TIMEOUT(session.runs().size(), std::size_t{8}, 20000);
    for (const RunSummary& run : session.runs()) session.selection().setChecked(run.id, true);
    session.start(fakeConfig("uada", 1, 10'000));
    QTRY_VERIFY_WITH_TIMEOUT(session.progress().step > 1000, 20000);
    int dialogs = 0;
    watch(bench.window, session, dialogs);
    const auto& app = *static_cast<TimedApplication*>(qApp);
    session.training()->stopNow();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::stopped, 60000);
    const ProjectReader stored(folder.filePath("p.uada").toStdString());
    const qint64 run = session.progress().run, last = session.progress().step;
    std::printf(
        "%lld steps in %d s, %d dialogs; longest event %.0f ms of processor time (%s), %.0f ms in all (%s)\n",
        last, WATCHDOG_SECONDS, dialogs, app.cpu.milliseconds, qPrintable(app.cpu.event),
        app.wall.milliseconds, qPrintable(app.wall.event));
    QVERIFY2(app.cpu.milliseconds < kLimit,
             qPrintable(QString("%1 ms: %2").arg(app.cpu.milliseconds).arg(app.cpu.event)));
    QVERIFY2(dialogs >= 2, qPrintable(QString::number(dialogs)));
    QCOMPARE(stored.lastCheckpoint(run)->step, last);
    QCOMPARE(stored.steps(run).size(), static_cast<std::size_t>(last));
  }

  /// A window that handles no event until a run with pictures of every step is over: the run ends all the
  /// same, every number is stored and shown, and of what waits for the window only pictures are dropped.
  void aHeldWindowHoldsUpNothing() {
    constexpr std::int64_t kSteps = kIsLong ? 40'000 : 2'000;
    QTemporaryDir folder;
    FakeSettings settings = fast();
    settings.stepsPerEpoch = static_cast<int>(kSteps);
    settings.pictureEvery = settings.pictured = 1;
    FakeEngine engine(settings);
    Bench bench(engine, folder.path());
    Session& session = bench.session;
    std::vector<Decision> decided;
    connect(&session, &Session::decided, this, [&](qint64, const std::vector<Decision>& some) {
      decided.insert(decided.end(), some.begin(), some.end());
    });
    const MemoryLoad before = readMemory();
    session.start(fakeConfig("uada", 1, 1));
    const ProjectReader stored(folder.filePath("p.uada").toStdString());
    QElapsedTimer clock;
    clock.start();
    const auto isOver = [&] {
      const auto runs = stored.runs();
      return !runs.empty() && runs.front().state == RunState::finished;
    };
    while (!isOver() && clock.elapsed() < 600'000) QThread::msleep(20);  // no event is handled
    QVERIFY(isOver() && session.isTraining());
    const qint64 held = clock.elapsed();
    const std::int64_t grown = readMemory().program - before.program;
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::finished, 60000);
    const qint64 run = session.progress().run;
    std::printf("held for %lld ms: %lld steps and decisions stored, the newest %zu shown, %llu MB more\n",
                held, static_cast<long long>(kSteps), decided.size(),
                static_cast<unsigned long long>(grown / 1'000'000));
    QCOMPARE(stored.steps(run).size(), static_cast<std::size_t>(kSteps));
    QCOMPARE(stored.policy(run).size(), static_cast<std::size_t>(kSteps));
    QCOMPARE(stored.decisionPlaces(run).size(), static_cast<std::size_t>(kSteps));
    QTRY_COMPARE_WITH_TIMEOUT(session.histories().of(run).steps(), static_cast<std::uint64_t>(kSteps), 60000);
    QVERIFY(decided.size() < 1000 && !decided.empty());
    QCOMPARE(decided.back().step, kSteps);
    if (!isSlowed()) QVERIFY2(grown < 300'000'000, qPrintable(QString::number(grown)));
  }

  /// Opened, trained a few steps, closed, again and again: nothing hangs, nothing is left of a window.
  void closingAgainAndAgainLeavesNothing() {
    constexpr int kCycles = kIsLong ? 100 : 20;
    QTemporaryDir folder;
    FakeSettings settings;
    settings.stepDelay = 1ms;
    settings.stepsPerEpoch = 1000;
    FakeEngine engine(settings);
    qsizetype widgets = 0, files = 0, threads = 0;
    std::int64_t memory = 0;
    for (int cycle = 1; cycle <= kCycles; ++cycle) {
      {
        Bench bench(engine, folder.path());
        bench.session.start(fakeConfig("uada", cycle, 1));
        const int wanted = 5 * cycle % 17;  // a moment after the start, or while it is prepared
        QTRY_VERIFY_WITH_TIMEOUT(bench.session.progress().step >= wanted, 20000);
        bench.window.close();
        QTRY_VERIFY_WITH_TIMEOUT(!bench.window.isVisible(), 20000);
      }
      const ProjectReader stored(folder.filePath("p.uada").toStdString());
      const RunSummary run = stored.runs().front();
      QCOMPARE(run.state, RunState::stopped);
      QCOMPARE(stored.lastCheckpoint(run.id)->step, run.step);
      QCOMPARE(stored.runs().size(), static_cast<std::size_t>(cycle));
      QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
      if (cycle <= 5) {
        widgets = QApplication::allWidgets().size();
        files = entries("/proc/self/fd"), threads = entries("/proc/self/task");
        memory = readMemory().program;
        continue;
      }
      QCOMPARE(QApplication::allWidgets().size(), widgets);
      QVERIFY2(entries("/proc/self/fd") <= files + 2, qPrintable(QString::number(cycle)));
      QVERIFY2(entries("/proc/self/task") <= threads + 2, qPrintable(QString::number(cycle)));
    }
    const std::int64_t grown = std::max(memory, readMemory().program) - memory;
    std::printf("%d windows closed, %.1f MB more in the last %d\n", kCycles, static_cast<double>(grown) / 1e6,
                kCycles - 5);
    if (!isSlowed()) QVERIFY2(grown < kCycles * std::int64_t{1'000'000}, qPrintable(QString::number(grown)));
  }

 private:
  /// Each view in a window of its own but the last, which has to stay; all docks.
  static void openEverything(MainWindow& window) {
    for (const Panel& entry : panels())
      if (entry.place == PanelPlace::view) window.views()->tearOff(window.panel(entry.name));
    for (QDockWidget* dock : window.findChildren<QDockWidget*>()) dock->show();
  }

  /// Opens one of the dialogs, and closes it after a while.
  /// returns  whether there was one
  static bool openDialog(MainWindow& window, int turn) {
    static const QStringList kNames{"run.new",  "help.palette", "run.change",       "help.keys",
                                    "run.fork", "help.about",   "file.exportCharts"};
    const ActionEntry* entry = window.actions().find(kNames[turn % kNames.size()]);
    if (!entry || !entry->isEnabled()) return false;
    bool isSeen = false;
    QTimer closing;
    connect(&closing, &QTimer::timeout, [&] {
      for (QWidget* widget : QApplication::topLevelWidgets())
        if (auto* dialog = qobject_cast<QDialog*>(widget); dialog && dialog->isVisible()) {
          isSeen = true;
          dialog->reject();
        }
    });
    closing.start(400);
    entry->action->trigger();  // some return when the dialog is closed
    QTest::qWait(600);
    return isSeen;
  }

  /// Looks here and there meanwhile. A tenth of the growth of memory is what a run of such length may keep.
  static void watch(MainWindow& window, Session& session, int& dialogs) {
    auto& app = *static_cast<TimedApplication*>(qApp);
    app.isTiming = true;
    QElapsedTimer clock;
    clock.start();
    const MemoryLoad before = readMemory();
    for (int turn = 0; clock.elapsed() < 1000 * WATCHDOG_SECONDS; ++turn) {
      QTest::qWait(100);
      if (turn % 10 == 2) session.selection().select(session.runs().back().id);
      if (turn % 10 == 5) session.selection().select(session.liveRun());
      if (turn % 20 == 7) window.resize(1100 + 10 * (turn % 7), 760);
      if (turn % 6 == 3) dialogs += openDialog(window, turn / 6);
    }
    app.isTiming = false;
    const std::int64_t grown = readMemory().program - before.program;
    constexpr std::int64_t kMost = 600'000'000;  // bytes; histories of the window and rows not yet stored
    if (!isSlowed())
      QVERIFY2(readMemory().program < before.program + kMost, qPrintable(QString::number(grown)));
  }
};

int main(int argc, char** argv) {
  TimedApplication app(argc, argv);
  TestWatchdog test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_watchdog.moc"
