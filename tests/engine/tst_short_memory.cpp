#include <c10/core/CPUAllocator.h>

#include <QDir>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <new>
#include <thread>

#include "core/base/Error.h"
#include "core/engine/train/StepFault.h"
#include "core/engine/train/Trainer.h"
#include "tests/engine/Attempt.h"
#include "tests/engine/FaultTools.h"

using namespace uada;
namespace fs = std::filesystem;

namespace {

/// The memory of tensors, which can be made to be short: at the n-th piece that is asked for.
class ShortMemory : public c10::Allocator {
 public:
  ShortMemory() : usual_(c10::GetCPUAllocator()) { c10::SetCPUAllocator(this, kAboveUsual); }

  c10::DataPtr allocate(std::size_t bytes) override {
    const bool isMeant = isOfAny_ || std::this_thread::get_id() == thread_;
    if (bytes > 0 && isArmed_ && isMeant && left_-- == 0) {
      isArmed_ = false;
      C10_THROW_ERROR(Error,
                      fmt::format("DefaultCPUAllocator: can't allocate memory: you tried to allocate {} "
                                  "bytes. Error code 12 (Cannot allocate memory)",
                                  bytes));
    }
    return usual_->allocate(bytes);
  }
  c10::DeleterFnPtr raw_deleter() const override { return usual_->raw_deleter(); }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    usual_->copy_data(to, from, bytes);
  }

  /// The piece after so many others is not there, once: of those that this thread asks for, or any.
  void failAfter(int pieces, bool isOfAny = false) {
    left_ = pieces;
    thread_ = std::this_thread::get_id();
    isOfAny_ = isOfAny;
    isArmed_ = true;
  }
  /// returns  whether a piece was still to fail
  bool disarm() { return isArmed_.exchange(false); }

 private:
  static constexpr std::uint8_t kAboveUsual = 200;
  c10::Allocator* const usual_;
  std::atomic<bool> isArmed_ = false;
  std::atomic<int> left_ = 0;
  std::atomic<bool> isOfAny_ = false;
  std::atomic<std::thread::id> thread_;
};

ShortMemory& memory() {
  static auto* const all = new ShortMemory;  // LibTorch keeps it to the end
  return *all;
}

/// Memory is short again whenever the run went on with fewer rows.
class NeverEnough : public RecordingSink {
 public:
  void take(const Report& report) override {
    RecordingSink::take(report);
    const auto* event = std::get_if<EventReport>(&report);
    if (event && says(event->text, "rows at a time")) memory().failAfter(0);
  }
};

}  // namespace

/// Steps for which memory is short.
class TestShortMemory : public QObject {
  Q_OBJECT
 private:
  const StripedImages images_{26, 12};
  ThreadPool pool_{1};

  ResidentDataset data() const { return trainingImages(images_.folder()); }

 private Q_SLOTS:
  void initTestCase() {
    memory();
    at::set_num_threads(1);
  }

  void memoryMayBeShortAnywhere_data() {
    QTest::addColumn<QString>("method");
    for (const char* name : {"ra-uc", "uada", "online-augment", "ohl"}) QTest::newRow(name) << name;
  }
  /// For each piece of memory that a step asks for: without it the step is not taken, and leaves no trace, or
  /// says that it cannot be undone; taken again it gives what the step gives. As a run goes on: with the rows
  /// of the next step rendered ahead.
  void memoryMayBeShortAnywhere() {
    QFETCH(QString, method);
    RunConfig config = busyConfig(images_.folder(), method.toStdString());
    if (method == "ohl") config.method.set("trajectories", 2), config.method.set("held_out", 0.2);
    const ResidentDataset images = data();
    const auto made = [&] {
      auto stepper = std::make_unique<Stepper>(config, images, at::kCPU, pool_);
      stepper->beginEpoch(1);
      stepper->step(firstBatch(4), 0.05, 0);
      return stepper;
    };
    Batch batch = firstBatch(4), next = batch;
    batch.step = 2;
    next.step = 3;
    const auto straight = made();
    straight->step(batch, 0.05, 0);
    const Learned after(*straight);

    std::unique_ptr<Stepper> stepper = made();
    int undone = 0, spoilt = 0;
    for (int pieces = 0;; pieces += 1 + pieces / 8) {
      const Learned before(*stepper);
      memory().failAfter(pieces, true);
      try {
        stepper->step(batch, 0.05, 0, &next);
        if (memory().disarm()) break;  // no piece was missing
        stepper = made();              // one was while the next rows were rendered
        continue;
      } catch (const StepFault& fault) {
        memory().disarm();
        QVERIFY2(says(fault.what(), "memory is short: ") && says(fault.what(), " were asked for, "),
                 fault.what());
        QCOMPARE(Learned(*stepper).differenceTo(before), std::string());
        ++undone;
      } catch (const Error& error) {
        memory().disarm();
        QVERIFY2(says(error.what(), "it had begun to change the weights"), error.what());
        QVERIFY(method != "ohl" && method != "online-augment");  // all of them is kept
        stepper = made();
        ++spoilt;
      }
    }
    QCOMPARE(Learned(*stepper).differenceTo(after), std::string());
    QVERIFY2(undone > 15 && undone > 5 * spoilt, qPrintable(QString("%1 %2").arg(undone).arg(spoilt)));
  }

  void tellsWhatMemoryIsShort() {
    const auto shortage = [](const std::string& what) {
      return memoryShortage(c10::Error(c10::SourceLocation{"f", "f", 1}, what)).value_or("none");
    };
    const std::string machine = shortage(
        "DefaultCPUAllocator: can't allocate memory: you tried to allocate "
        "2500000000 bytes. Error code 12 (Cannot allocate memory)");
    QVERIFY2(machine.starts_with("2.5 GB were asked for, ") && machine.ends_with(" are free"),
             machine.c_str());
    QCOMPARE(memoryShortage(c10::OutOfMemoryError(
                 c10::SourceLocation{"f", "f", 1},
                 "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB of "
                 "which 1.20 GiB is free. Including non-PyTorch memory, this process has 70 GiB in use.")),
             std::optional<std::string>("2.00 GiB were asked for, 1.20 GiB are free on the GPU"));
    QVERIFY(memoryShortage(std::bad_alloc())->starts_with("how much was asked for is not known"));
    QCOMPARE(shortage("size mismatch, got input (3), mat (3x4)"), std::string("none"));
    QVERIFY(!memoryShortage(Error("no such file")));
  }

  /// Nobody looks on: a checkpoint of the step before, and the run fails. It goes on from there.
  void failsWithACheckpoint() {
    const RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    const QTemporaryDir folder, straight;
    const fs::path run = folder.path().toStdString();
    RecordingSink sink;
    sink.stepped = [](std::int64_t step) {
      if (step == 2) memory().failAfter(0);
    };
    const std::string problem = failureOf(config, run, sink);
    QVERIFY2(says(problem, "step 3 (epoch 1) was not taken: memory is short"), problem.c_str());
    QVERIFY2(says(problem, "a checkpoint of step 2 was written"), problem.c_str());
    QCOMPARE(sink.checkpoints.size(), std::size_t{1});
    const Attempt second(config, run, run);
    QCOMPARE(second.state, RunState::finished);
    const Attempt whole(config, straight.path().toStdString());
    QCOMPARE(joinedNumbers(sink, second.sink), whole.sink.numbers());
  }

  /// Somebody looks on: the run pauses, says why, and tries again when it is told to go on.
  void pausesWhereSomebodyLooksOn() {
    const RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    WatchedSink sink;
    std::string said;
    Control control({});
    sink.stepped = [](std::int64_t step) {
      if (step == 2) memory().failAfter(0);
    };
    Trainer trainer(prepare(config, {}, {}), sink, control, [&](const StateReport& report) {
      sink.take(report);
      if (report.state != RunState::paused) return;
      said = report.text;
      control.send(command::Resume{});
    });
    QCOMPARE(trainer.run(), RunState::finished);
    QVERIFY2(says(said, "step 3 (epoch 1) was not taken") && says(said, "tries this step again"),
             said.c_str());
    const Attempt whole(config, {});
    QCOMPARE(sink.numbers(), whole.sink.numbers());
  }

  /// On request the run goes on by itself, with half as many rows at a time and the same samples in the same
  /// order; a resume keeps them.
  void halvesOnRequest() {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 2, 8);
    config.runtime.onOutOfMemory = "halve";
    const QTemporaryDir folder, other;
    const fs::path run = folder.path().toStdString();
    const auto fail = [](Control&, std::int64_t step) {
      if (step == 2) memory().failAfter(0);
    };
    const Attempt straight(config, other.path().toStdString(), {}, fail);
    QCOMPARE(straight.state, RunState::finished);
    QVERIFY(std::ranges::any_of(straight.sink.events, [](const std::string& text) {
      return says(text, "step 3 (epoch 1) was not taken") && says(text, "at most 4 rows at a time");
    }));
    const Attempt first(config, run, {}, [&](Control& control, std::int64_t step) {
      fail(control, step);
      if (step == 3) control.send(command::Stop{});
    });
    const Attempt second(config, run, run);
    QCOMPARE(joinedNumbers(first.sink, second.sink), straight.sink.numbers());
    // Without the fault the plans are the same, and the losses are not.
    const Attempt whole(config, {});
    QVERIFY(!whole.sink.policies.empty());
    for (std::size_t i = 0; i < whole.sink.policies.size(); ++i)
      QCOMPARE(text(whole.sink.policies[i]), text(straight.sink.policies[i]));
    QCOMPARE(whole.sink.steps[1].loss, straight.sink.steps[1].loss);
    QVERIFY(whole.sink.steps[2].loss != straight.sink.steps[2].loss);
  }

  /// Somebody who looks on may have it halved, from that step on, and only where memory was short.
  void halvesWherePausedOnRequest() {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    WatchedSink sink;
    Control control({});
    sink.stepped = [](std::int64_t step) {
      if (step == 2) memory().failAfter(0);
    };
    int paused = 0;
    Trainer trainer(prepare(config, {}, {}), sink, control, [&](const StateReport& report) {
      sink.take(report);
      QCOMPARE(report.canHalve, report.state == RunState::paused);
      if (report.state != RunState::paused) return;
      ++paused;
      control.send(command::Change{"runtime.on_out_of_memory", Json("halve")});
      control.send(command::Resume{});
    });
    QCOMPARE(trainer.run(), RunState::finished);
    QCOMPARE(paused, 1);
    config.runtime.onOutOfMemory = "halve";
    const Attempt straight(config, {}, {}, [](Control&, std::int64_t step) {
      if (step == 2) memory().failAfter(0);
    });
    QCOMPARE(sink.numbers(), straight.sink.numbers());
  }

  /// Down to two rows, then it stops.
  void halvesNoFurtherThanTwo() {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    config.runtime.onOutOfMemory = "halve";
    NeverEnough sink;
    const QTemporaryDir folder;
    sink.stepped = [](std::int64_t step) {
      if (step == 1) memory().failAfter(0);
    };
    const std::string problem = failureOf(config, folder.path().toStdString(), sink);
    QVERIFY2(says(problem, "step 2 (epoch 1) was not taken"), problem.c_str());
    QCOMPARE(std::ranges::count_if(sink.events,
                                   [](const std::string& text) { return says(text, "rows at a time"); }),
             2);
  }

 private:
  /// Why a run failed.
  static std::string failureOf(const RunConfig& config, const fs::path& folder, RecordingSink& sink) {
    Control control(folder);
    Trainer trainer(prepare(config, folder, {}), sink, control,
                    [&](const StateReport& report) { sink.take(report); });
    std::string problem = "it did not fail";
    try {
      trainer.run();
    } catch (const Error& error) {
      problem = error.what();
    }
    sink.stepped = {};
    return problem;
  }
};

QTEST_GUILESS_MAIN(TestShortMemory)
#include "tst_short_memory.moc"
