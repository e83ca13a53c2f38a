#include <dlfcn.h>

#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <future>
#include <memory>
#include <thread>

#include "app/gui/SingleInstance.h"
#include "app/gui/SleepInhibitor.h"
#include "tests/core/FakeEngine.h"
#include "tests/widgets/StandInProgram.h"
#include "widgets/panels/MachineLabel.h"
#include "widgets/panels/Panel.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/MachineWatch.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace std::chrono_literals;

/// What the window has to do with the machine that it runs on.
class TestMachine : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void withoutADriverItSaysSo() {
    const Nvml none("libnothing-of-that-name.so");
    QVERIFY(none.read().empty());
    QVERIFY(none.whyNot().find("libnothing-of-that-name.so is not there") != std::string::npos);
    const Nvml other("libc.so.6");
    QVERIFY(other.read().empty() && other.whyNot().find("has not all") != std::string::npos);
    qputenv("FAKE_NVML_FAILS", "1");
    const Nvml failing(FAKE_NVML);
    qunsetenv("FAKE_NVML_FAILS");
    QCOMPARE(failing.whyNot(), std::string("the NVIDIA driver does not answer (NVML error 9)"));
    QVERIFY(failing.read().empty());
  }

  void gpusAreRead() {
    const Nvml driver(FAKE_NVML);
    QCOMPARE(driver.whyNot(), std::string());
    const std::vector<GpuLoad> gpus = driver.read();
    QCOMPARE(gpus.size(), std::size_t{2});
    QCOMPARE(gpus[0].name, std::string("Fake H200"));
    QCOMPARE(gpuText(gpus[0]),
             QString("81 %, 12.4 of 150.0 GB, 310 W, 54 °C, clock held down: power cap, heat (hardware)"));
    QCOMPARE(gpuText(gpus[1]), QString("no numbers"));
  }

  void theStatusBarTellsTheLoad() {
    const Theme theme(Theme::Kind::light);
    Session session(theme);
    new MachineWatch(session, FAKE_NVML);  // the session's
    const MachineLabel label(session);
    QTRY_VERIFY_WITH_TIMEOUT(label.text().contains("GPU0 81 %, 12.4 of 150.0 GB"), 20000);
    QVERIFY2(label.text().contains("CPU ") && label.text().contains(" %"), qPrintable(label.text()));
    QVERIFY2(label.text().contains("memory ") && label.text().contains(" GB"), qPrintable(label.text()));
    QVERIFY(label.toolTip().contains("Fake H200"));
    const MemoryLoad memory = readMemory();
    QVERIFY(memory.total > memory.used && memory.used > memory.program && memory.program > 1'000'000);
  }

  /// Once a second, for each GPU too; what a driver does not tell is a gap.
  void theMachineIsDrawnOverTime() {
    QTemporaryDir folder;
    const Theme theme(Theme::Kind::light);
    QSettings settings(folder.filePath("s.ini"), QSettings::IniFormat);
    Session session(theme, []() -> Engine& { return loadEngine(); }, Answers::atOnce);
    session.openProject(folder.filePath("p.uada"));
    MachineWatch& watch = *new MachineWatch(session, FAKE_NVML);
    QCOMPARE(&MachineWatch::of(session), &watch);
    const Workbench workbench{session, settings, theme};
    const std::unique_ptr<PanelWidget> panel(panel::machine().make(workbench));
    panel->resize(1200, 400);
    panel->show();
    QTRY_VERIFY_WITH_TIMEOUT(watch.readings().size() >= 3, 20000);
    const auto drawn = [&](const char* plot, std::size_t curve) {
      return panel->findChild<Plot*>(plot)->figure().curves.at(curve);
    };
    const MachineReading& last = watch.readings().back();
    QCOMPARE(drawn("gpu0", 0).y.back(), 81.0);
    QVERIFY(std::abs(drawn("gpu0", 1).y.back() - 100 * 12.4 / 150) < 0.1);
    QCOMPARE(drawn("gpu0Power", 0).y.back(), 310.0);
    QCOMPARE(drawn("gpu0Power", 1).y.back(), 54.0);
    QVERIFY(std::isnan(drawn("gpu1", 0).y.back()));
    QCOMPARE(drawn("memory", 1).y.back(), 1e-9 * static_cast<double>(last.memory.used));
    QCOMPARE(drawn("disk", 1).y.back(), 1e-9 * static_cast<double>(last.diskFree));
    const auto& x = drawn("processor", 0).x;
    QCOMPARE(x.back(), 0.0);
    for (std::size_t i = 1; i < x.size(); ++i) QVERIFY(x[i] - x[i - 1] > 0.9 / 60);
    QVERIFY(last.machinePercent >= 0 && last.machinePercent < 100 * last.cores + 50);
  }

  /// Nobody waits for a driver that does not answer: not the window while it shows, nor at its end.
  void aDriverMayHang() {
    void* const driver = ::dlopen(FAKE_NVML, RTLD_NOW | RTLD_LOCAL);
    QVERIFY(driver);
    const auto hanging = reinterpret_cast<int (*)()>(::dlsym(driver, "fakeNvmlHanging"));
    QVERIFY(hanging && hanging() == 0);
    qputenv("FAKE_NVML_HANGS", "1");
    const Theme theme(Theme::Kind::light);
    auto session = std::make_unique<Session>(theme);
    const MachineWatch& watch = *new MachineWatch(*session, FAKE_NVML);
    QTRY_COMPARE_WITH_TIMEOUT(hanging(), 1, 20000);
    QVERIFY(watch.readings().empty());
    session.reset();
    QCOMPARE(hanging(), 1);  // it was left behind
    qunsetenv("FAKE_NVML_HANGS");
    QTRY_COMPARE_WITH_TIMEOUT(hanging(), 0, 20000);
    ::dlclose(driver);
  }

  /// The processor time of this program is that of its threads: a busy one is a core.
  void aBusyThreadIsOneCore() {
    const Theme theme(Theme::Kind::light);
    Session session(theme);
    MachineWatch& watch = *new MachineWatch(session, FAKE_NVML);
    const double before = programSeconds(), began = steadySeconds();
    std::jthread busy([](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
      }
    });
    QTRY_VERIFY_WITH_TIMEOUT(watch.readings().size() >= 2, 20000);
    const double share = 100 * (programSeconds() - before) / (steadySeconds() - began);
    double mean = 0;
    for (const MachineReading& each : watch.readings())
      mean += each.programPercent / static_cast<double>(watch.readings().size());
    QVERIFY2(std::abs(mean - share) < 0.2 * share + 5, qPrintable(QString("%1 %2").arg(mean).arg(share)));
  }

  /// The machine is kept awake exactly while a run trains.
  void sleepIsHeldOffWhileARunTrains() {
    QTemporaryDir folder;
    FakeSettings slow;
    slow.stepDelay = 1ms;
    slow.stepsPerEpoch = 100'000;
    FakeEngine engine(slow);
    const Theme theme(Theme::Kind::light);
    Session session(theme, [&]() -> Engine& { return engine; }, Answers::atOnce);
    int taken = 0, held = 0;
    QString why;
    const SleepInhibitor awake(session, [&](const QString& reason) {
      ++taken;
      ++held;
      why = reason;
      return std::shared_ptr<void>(new int(0), [&](int* gone) {
        --held;
        delete gone;
      });
    });
    session.openProject(folder.filePath("p.uada"));
    QVERIFY(!awake.isHeld() && taken == 0);
    session.start(fakeConfig());
    QTRY_VERIFY_WITH_TIMEOUT(session.state() == SessionState::running && awake.isHeld(), 20000);
    QCOMPARE(taken, 1);
    QVERIFY(why.contains("training"));
    session.training()->pause();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::paused, 20000);
    QCOMPARE(held, 0);
    session.training()->resume();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::running, 20000);
    QCOMPARE(held, 1);
    session.training()->stopNow();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::stopped, 20000);
    QCOMPARE(held, 0);
    QCOMPARE(taken, 2);
  }

  /// Another process that trains the queue keeps the machine awake as well.
  void sleepIsHeldOffWhileAWorkerTrains() {
    QTemporaryDir folder;
    FakeEngine engine;
    const Theme theme(Theme::Kind::light);
    Session session(theme, [&]() -> Engine& { return engine; }, Answers::atOnce);
    const SleepInhibitor awake(session, [](const QString&) { return std::make_shared<int>(0); });
    session.openProject(folder.filePath("p.uada"));
    session.workerProgram = folder.filePath("uada");
    writeProgram(session.workerProgram, "trap 'exit 143' TERM\nwhile true; do sleep 0.02; done\n");
    QVERIFY(!awake.isHeld());
    session.startWorker("cpu");
    QTRY_VERIFY_WITH_TIMEOUT(awake.isHeld(), 20000);
    session.stopWorkers();
    QTRY_VERIFY_WITH_TIMEOUT(!awake.isHeld(), 20000);
  }

  /// A second start hands its files to the window that is there; other settings are another window.
  void aSecondStartHandsItsFilesOver() {
    QTemporaryDir folder;
    const QString name = folder.filePath("socket");
    QVERIFY(!SingleInstance::handOver(name, {}));
    auto first = std::make_unique<SingleInstance>(name);
    QVERIFY(first->isListening());
    QSignalSpy asked(first.get(), &SingleInstance::asked);
    const auto give = [&](const QStringList& files) {
      auto taken = std::async(std::launch::async, [&] { return SingleInstance::handOver(name, files); });
      while (taken.wait_for(0s) != std::future_status::ready)
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
      return taken.get();
    };
    QVERIFY(give({"/a b/ü\n%.uada", "c.json"}));
    QTRY_COMPARE(asked.count(), 1);
    QCOMPARE(asked[0][0].toStringList(), (QStringList{"/a b/ü\n%.uada", QDir::currentPath() + "/c.json"}));
    QVERIFY(give({}));
    QTRY_COMPARE(asked.count(), 2);
    QCOMPARE(asked[1][0].toStringList(), QStringList());
    const SingleInstance other(name);
    QVERIFY(!other.isListening() && first->isListening());
    QVERIFY(SingleInstance::nameFor("/a/s.ini") != SingleInstance::nameFor("/b/s.ini"));
    first.reset();
    QVERIFY(!SingleInstance::handOver(name, {}));
    const SingleInstance again(name);
    QVERIFY(again.isListening());
  }
};

QTEST_MAIN(TestMachine)
#include "tst_machine.moc"
