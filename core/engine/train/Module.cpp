#include <fmt/core.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "border_hash.h"
#include "core/base/Error.h"
#include "core/engine/Engine.h"
#include "core/engine/train/Bench.h"
#include "core/engine/train/Company.h"
#include "core/engine/train/Examine.h"
#include "core/engine/train/KeptMemory.h"
#include "core/engine/train/StepFault.h"
#include "core/engine/train/Trainer.h"

namespace uada {
namespace {

/// The thread of one piece of work and what other threads may ask of it.
class WorkJob : public Job {
 public:
  /// title   what is done, for messages: "the training of r18-c10-uada-s1"
  /// folder  where a file named `stop` stops the job; empty: nowhere
  /// work    called once, on the thread: (Sink&, Control&, Enter)
  template <class Do>
  WorkJob(std::string title, const std::filesystem::path& folder, Sink& sink, Do work)
      : sink_(sink),
        title_(std::move(title)),
        control_(folder),
        thread_([this, work = std::move(work)]() mutable { perform(work); }) {}

  ~WorkJob() override {
    if (!done_) control_.send(command::Stop{});
    wait();
  }
  void send(Command command) override { control_.send(std::move(command)); }
  bool isDone() const override { return done_; }
  void wait() override {
    std::lock_guard lock(joining_);
    if (thread_.joinable()) thread_.join();
  }
  RunState state() const override { return state_; }
  std::string problem() const override {
    std::lock_guard lock(problemLock_);
    return problem_;
  }

 private:
  /// The top of the thread: nothing may escape it.
  template <class Do>
  void perform(Do& work) {
    try {
      const KeptMemory kept;
      work(sink_, control_, [this](const StateReport& report) { enter(report); });
    } catch (const c10::Error& error) {
      fail(torchProblem(error));
    } catch (const std::exception& error) {
      fail(problemText(error, title_));
    }
    done_ = true;
  }

  /// LibTorch says in many lines, with its own source file, that memory is short.
  std::string torchProblem(const c10::Error& error) const {
    if (const std::optional<std::string> shortage = memoryShortage(error))
      return fmt::format("not enough memory for {}: {}; a smaller batch or network needs less", title_,
                         *shortage);
    return problemText(std::runtime_error(error.what_without_backtrace()), title_);
  }

  void enter(const StateReport& report) {
    state_ = report.state;
    last_ = report;
    sink_.take(report);
  }

  void fail(const std::string& message) {
    {
      std::lock_guard lock(problemLock_);
      problem_ = message;
    }
    StateReport report = last_;
    report.state = RunState::failed;
    report.text = message;
    enter(report);
  }

  Sink& sink_;
  const std::string title_;
  Control control_;
  std::atomic<RunState> state_ = RunState::preparing;
  std::atomic<bool> done_ = false;
  StateReport last_;  ///< of the job's thread
  mutable std::mutex problemLock_;
  std::string problem_;
  std::mutex joining_;
  std::thread thread_;  ///< last: it uses all above
};

std::unique_ptr<Job> startWork(const work::Train& train, Sink& sink) {
  if (const std::shared_ptr<Company> company = theCompany())
    return std::make_unique<WorkJob>("the training of " + runTitle(train.config), train.folder, sink,
                                     [p = prepare(train, company->ranks()), company, text = workText(train)](
                                         Sink& to, Control& control, const Enter& enter) mutable {
                                       company->lead(std::move(p), text, to, control, enter);
                                     });
  return std::make_unique<WorkJob>(
      "the training of " + runTitle(train.config), train.folder, sink,
      [p = prepare(train)](Sink& to, Control& control, const Enter& enter) mutable {
        Trainer(std::move(p), to, control, enter).run();
      });
}

void requireCheckpoint(const std::filesystem::path& checkpoint) {
  if (checkpoint.empty()) throw Error("no checkpoint was named: only the network of one can be looked at");
}

/// Work on the network of a checkpoint, as run(prepared, wanted, sink, control, enter).
/// what  as errors name it, before "of" and the run's title
template <class Wanted, class Run>
std::unique_ptr<Job> startOnCheckpoint(const Wanted& wanted, const std::string& what, Sink& sink, Run run) {
  requireCheckpoint(wanted.checkpoint);
  return std::make_unique<WorkJob>(what + " of " + runTitle(wanted.config), "", sink,
                                   [p = prepare(wanted.config, {}, wanted.checkpoint), wanted, run](
                                       Sink& to, Control& control, const Enter& enter) mutable {
                                     run(std::move(p), wanted, to, control, enter);
                                   });
}

std::unique_ptr<Job> startWork(const work::Evaluate& test, Sink& sink) {
  return startOnCheckpoint(test, "the test", sink,
                           [](auto prepared, const work::Evaluate&, Sink& to, Control& control,
                              const Enter& enter) { evaluate(std::move(prepared), to, control, enter); });
}

std::unique_ptr<Job> startWork(const work::Predict& wanted, Sink& sink) {
  requireLimit(wanted);
  return startOnCheckpoint(wanted, "the predictions", sink, predict);
}

std::unique_ptr<Job> startWork(const work::PredictPlanned& wanted, Sink& sink) {
  requireLabels(wanted);
  return startOnCheckpoint(wanted, "the look at augmented images", sink, predictPlanned);
}

std::unique_ptr<Job> startWork(const work::Landscape& wanted, Sink& sink) {
  requireOps(wanted);
  return startOnCheckpoint(wanted, "the landscape", sink, drawLandscape);
}

class TorchEngine : public Engine {
 public:
  std::unique_ptr<Job> start(const Work& work, Sink& sink) override {
    return std::visit([&](const auto& one) { return startWork(one, sink); }, work);
  }
  void join(const Ranks& ranks) override { theCompany() = std::make_shared<Company>(ranks); }
  std::unique_ptr<Job> follow() override {
    static Sink& unheard = *new Unheard;
    return std::make_unique<WorkJob>(
        "the training with other ranks", "", unheard,
        [company = theCompany()](Sink& sink, Control& control, const Enter& enter) {
          company->follow(sink, control, enter);
        });
  }
  void leave() override {
    if (theCompany()) theCompany()->leave();
  }
  std::vector<FoundCheckpoint> checkpoints(const std::filesystem::path& folder) override {
    return listCheckpoints(folder);
  }
  std::vector<DeviceInfo> devices() override { return listDevices(); }
  std::string libtorchVersion() const override { return runningLibTorch(); }
  std::vector<BenchResult> benchSteps(const StepBench& job) override { return timeSteps(job); }
  void exportWeights(const std::filesystem::path& checkpoint, const std::filesystem::path& out,
                     const std::string& form) override {
    uada::exportWeights(checkpoint, out, form);
  }
};

}  // namespace
}  // namespace uada

extern "C" const uada::EngineModule* uada_engine_v1() {
  static const uada::EngineModule module{1, UADA_BORDER_HASH, UADA_LIBTORCH_VERSION,
                                         []() -> uada::Engine* { return new uada::TorchEngine; }};
  return &module;
}
