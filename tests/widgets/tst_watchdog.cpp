#include <QElapsedTimer>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <cstdio>
#include <memory>

#include "app/gui/MainWindow.h"
#include "app/gui/TimedApplication.h"
#include "core/base/Error.h"
#include "tests/core/FakeEngine.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/Machine.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

#ifndef WATCHDOG_SECONDS
#define WATCHDOG_SECONDS 12
#endif

using namespace uada;
using namespace std::chrono_literals;

namespace {

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

}  // namespace

/// The window beside a run that reports as fast as it can, with everything open.
class TestWatchdog : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// The processor time of each event counts, so that a busy machine does not.
  void noEventIsLongWhileARunTrains() {
    constexpr double kLimit = isSlowed() ? 3000 : 100;  // milliseconds
    QTemporaryDir folder;
    FakeEngine engine(fast());
    const Theme theme(Theme::Kind::light);
    QSettings settings(folder.filePath("settings.ini"), QSettings::IniFormat);
    Session session(theme, [&]() -> Engine& { return engine; });
    Workbench workbench{session, settings, theme};
    MainWindow window(workbench);
    window.show();
    openEverything(window);
    bool isOpen = false;
    session.openProject(folder.filePath("p.uada"), [&] { isOpen = true; });
    QTRY_VERIFY_WITH_TIMEOUT(isOpen, 20000);
    session.start(fakeConfig("uada", 1, 10'000));
    QTRY_VERIFY_WITH_TIMEOUT(session.progress().step > 1000, 20000);
    watch(window, session);
    const auto& app = *static_cast<TimedApplication*>(qApp);
    QVERIFY2(app.cpu.milliseconds < kLimit,
             qPrintable(QString("%1 ms: %2").arg(app.cpu.milliseconds).arg(app.cpu.event)));
    session.training()->stopNow();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::stopped, 60000);
    const ProjectReader stored(folder.filePath("p.uada").toStdString());
    const qint64 run = session.selection().run(), last = session.progress().step;
    std::printf("%lld steps in %d s, longest event %.0f ms of processor time (%s), %.0f ms in all (%s)\n",
                last, WATCHDOG_SECONDS, app.cpu.milliseconds, qPrintable(app.cpu.event),
                app.wall.milliseconds, qPrintable(app.wall.event));
    QCOMPARE(stored.lastCheckpoint(run)->step, last);
    QCOMPARE(stored.steps(run).size(), static_cast<std::size_t>(last));
  }

 private:
  /// Each view in a window of its own but the last, which has to stay; all docks.
  static void openEverything(MainWindow& window) {
    for (const Panel& entry : panels())
      if (entry.place == PanelPlace::view) window.views()->tearOff(window.panel(entry.name));
    for (QDockWidget* dock : window.findChildren<QDockWidget*>()) dock->show();
  }

  /// Looks here and there meanwhile. A tenth of the growth of memory is what a run of such length may keep.
  static void watch(MainWindow& window, Session& session) {
    auto& app = *static_cast<TimedApplication*>(qApp);
    app.isTiming = true;
    QElapsedTimer clock;
    clock.start();
    const MemoryLoad before = readMemory();
    for (int turn = 0; clock.elapsed() < 1000 * WATCHDOG_SECONDS; ++turn) {
      QTest::qWait(100);
      if (turn % 10 == 5) session.selection().select(session.liveRun());
      if (turn % 20 == 7) window.resize(1100 + 10 * (turn % 7), 760);
    }
    app.isTiming = false;
    const std::uint64_t grown = readMemory().program - before.program;
    constexpr std::uint64_t kMost = 600'000'000;  // bytes; histories of the window and rows not yet stored
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
