#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <future>

#include "app/gui/SingleInstance.h"
#include "app/gui/SleepInhibitor.h"
#include "tests/core/FakeEngine.h"
#include "widgets/panels/MachineLabel.h"
#include "widgets/session/Machine.h"
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
    QCOMPARE(gpuText(gpus[0]), QString("81 %, 12.4 of 150.0 GB, 310 W, 54 °C"));
    QCOMPARE(gpuText(gpus[1]), QString("no numbers"));
  }

  void theStatusBarTellsTheLoad() {
    const Theme theme(Theme::Kind::light);
    Session session(theme);
    const MachineLabel label(session, nullptr, FAKE_NVML);
    QTRY_VERIFY_WITH_TIMEOUT(label.text().contains("GPU0 81 %, 12.4 of 150.0 GB"), 20000);
    QVERIFY2(label.text().contains("CPU ") && label.text().contains(" %"), qPrintable(label.text()));
    QVERIFY2(label.text().contains("memory ") && label.text().contains(" GB"), qPrintable(label.text()));
    QVERIFY(label.toolTip().contains("Fake H200"));
    const MemoryLoad memory = readMemory();
    QVERIFY(memory.total > memory.used && memory.used > memory.program && memory.program > 1'000'000);
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
