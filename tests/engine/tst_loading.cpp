#include <QTest>
#include <cstdlib>
#include <future>

#include "core/base/Error.h"
#include "core/engine/optimisers/Sgd.h"
#include "tests/engine/EngineTools.h"

using namespace uada;

namespace {

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

bool says(const std::string& text, const char* words) { return text.find(words) != std::string::npos; }

}  // namespace

/// The engine as the programs meet it: through the loader, in a thread of its own.
class TestLoading : public QObject {
  Q_OBJECT
 private:
  const StripedImages images_{26, 12};

 private Q_SLOTS:
  /// First, before anything is loaded; a failed load may be tried again.
  void saysWhatIsMissing() {
    const char* old = std::getenv("UADA_LIBTORCH");
    const std::string before = old ? old : "";
    setenv("UADA_LIBTORCH", "/nowhere/torch", 1);
    QVERIFY(findLibTorch().empty());
    const std::string message = refusal([] { loadEngine(); });
    QVERIFY2(says(message, "/nowhere/torch") && says(message, "./setup") && says(message, "UADA_LIBTORCH"),
             message.c_str());
    if (old) {
      setenv("UADA_LIBTORCH", before.c_str(), 1);
    } else {
      unsetenv("UADA_LIBTORCH");
    }
    QVERIFY(!findLibTorch().empty());
  }

  void loadsOnce() {
    auto other = std::async(std::launch::async, [] { return &loadEngine(); });
    Engine& engine = loadEngine();
    QCOMPARE(other.get(), &engine);
    QVERIFY(says(engine.libtorchVersion(), "2."));
    const std::vector<DeviceInfo> devices = engine.devices();
    QVERIFY(devices.size() >= 2);
    QCOMPARE(devices[0].name, std::string("cpu"));
    QVERIFY(devices[0].usable && !devices[0].title.empty());
    for (const DeviceInfo& device : devices) QVERIFY(device.usable != !device.reason.empty());
  }

  void trainsInTheBackground() {
    RecordingSink sink;
    const auto job = loadEngine().start(work::Train{tinyConfig(images_.folder(), "uada", 1, 8)}, sink);
    job->wait();
    QVERIFY(job->isDone());
    QCOMPARE(job->state(), RunState::finished);
    QCOMPARE(job->problem(), std::string());
    QCOMPARE(sink.steps.size(), std::size_t{4});
    QCOMPARE(sink.results.size(), std::size_t{1});
  }

  /// Errors keep their type across the border.
  void refusesAtTheStart() {
    RecordingSink sink;
    RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    config.runtime.device = "abacus";
    QVERIFY_THROWS_EXCEPTION(UsageError, loadEngine().start(work::Train{config}, sink));
    config = tinyConfig("/nowhere", "uada", 1, 8);
    QVERIFY_THROWS_EXCEPTION(Error, loadEngine().start(work::Train{config}, sink));
    QVERIFY(sink.states.empty());
  }
  void choosesADevice() {
    const bool hasCuda = loadEngine().devices()[1].usable;
    RecordingSink sink;
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    config.runtime.device = "cuda";
    if (!hasCuda)
      QVERIFY(says(refusal([&] { loadEngine().start(work::Train{config}, sink); }), "'cuda' cannot be used"));
    config.runtime.device = "auto";
    const auto job = loadEngine().start(work::Train{config}, sink);
    job->wait();
    QCOMPARE(job->state(), RunState::finished);
    QCOMPARE(sink.states.back().device, std::string(hasCuda ? "cuda:0" : "cpu"));
    QCOMPARE(std::any_of(sink.events.begin(), sink.events.end(),
                         [](const std::string& text) { return says(text, "training on the CPU:"); }),
             !hasCuda);
  }

  void reportsWhatFailsLater() {
    RecordingSink sink;
    RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    config.recipe.optimiser = {"sgd", Sgd{.learningRate = 1e30}};
    const auto job = loadEngine().start(work::Train{config}, sink);
    job->wait();
    QCOMPARE(job->state(), RunState::failed);
    QVERIFY(says(job->problem(), "is not a finite number"));
    QCOMPARE(sink.states.back().state, RunState::failed);
    QCOMPARE(sink.states.back().text, job->problem());
  }

  void stopsWhenDestroyed() {
    QTemporaryDir dir;
    RecordingSink sink;
    std::promise<void> started;
    sink.stepped = [&](std::int64_t step) {
      if (step == 2) started.set_value();
    };
    {
      const auto job = loadEngine().start(
          work::Train{tinyConfig(images_.folder(), "uada", 10000, 8), dir.path().toStdString()}, sink);
      started.get_future().wait();
    }
    QCOMPARE(sink.states.back().state, RunState::stopped);
    QVERIFY(!sink.checkpoints.empty());
    QCOMPARE(sink.checkpoints.back().step, sink.steps.back().step);
  }

  void pausesAndResumes() {
    RecordingSink sink;
    std::promise<Job*> made;
    std::shared_future<Job*> job = made.get_future().share();
    sink.stepped = [&](std::int64_t step) {
      if (step == 1) job.get()->send(command::Pause{});
    };
    const auto own = loadEngine().start(work::Train{tinyConfig(images_.folder(), "ra-uc", 1, 8)}, sink);
    made.set_value(own.get());
    QTRY_COMPARE(own->state(), RunState::paused);
    own->send(command::Resume{});
    own->wait();
    QCOMPARE(own->state(), RunState::finished);
    QCOMPARE(sink.steps.size(), std::size_t{4});
  }
};

QTEST_GUILESS_MAIN(TestLoading)
#include "tst_loading.moc"
