#include <fmt/core.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "border_hash.h"
#include "core/base/Error.h"
#include "core/engine/Engine.h"
#include "core/engine/train/Bench.h"
#include "core/engine/train/Trainer.h"

namespace uada {
namespace {

/// The training thread and what other threads may ask of it.
class TrainingJob : public Job {
 public:
  TrainingJob(Prepared prepared, const StartOptions& options, Sink& sink)
      : sink_(sink),
        title_("the training of " + runTitle(prepared.config)),
        control_(options.folder),
        thread_([this, p = std::move(prepared)]() mutable { work(std::move(p)); }) {}

  ~TrainingJob() override {
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
  /// The top of the training thread: nothing may escape it.
  void work(Prepared prepared) {
    try {
      Trainer(std::move(prepared), sink_, control_, [this](const StateReport& report) {
        enter(report);
      }).run();
    } catch (const c10::Error& error) {
      fail(torchProblem(error));
    } catch (const std::exception& error) {
      fail(problemText(error, title_));
    }
    done_ = true;
  }

  /// LibTorch says in many lines, with its own source file, that memory is short.
  std::string torchProblem(const c10::Error& error) const {
    const std::string what = error.what_without_backtrace();
    const bool isMemory =
        dynamic_cast<const c10::OutOfMemoryError*>(&error) || what.find("DefaultCPUAllocator") != what.npos;
    if (isMemory)
      return fmt::format("not enough memory for {}; a smaller batch or network needs less", title_);
    return problemText(std::runtime_error(what), title_);
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
  const std::string title_;  ///< what is done, for messages
  Control control_;
  std::atomic<RunState> state_ = RunState::preparing;
  std::atomic<bool> done_ = false;
  StateReport last_;  ///< of the training thread
  mutable std::mutex problemLock_;
  std::string problem_;
  std::mutex joining_;
  std::thread thread_;  ///< last: it uses all above
};

class TorchEngine : public Engine {
 public:
  std::unique_ptr<Job> start(const RunConfig& config, const StartOptions& options, Sink& sink) override {
    return std::make_unique<TrainingJob>(prepare(config, options), options, sink);
  }
  std::vector<FoundCheckpoint> checkpoints(const std::filesystem::path& folder) override {
    return listCheckpoints(folder);
  }
  std::vector<DeviceInfo> devices() override { return listDevices(); }
  std::string libtorchVersion() const override { return runningLibTorch(); }
  std::vector<BenchResult> benchSteps(const std::vector<std::string>& methods, int threads,
                                      const std::string& device) override {
    return timeSteps(methods, threads, device);
  }
  void exportWeights(const std::filesystem::path& checkpoint, const std::filesystem::path& out) override {
    uada::exportWeights(checkpoint, out);
  }
};

}  // namespace
}  // namespace uada

extern "C" const uada::EngineModule* uada_engine_v1() {
  static const uada::EngineModule module{1, UADA_BORDER_HASH, UADA_LIBTORCH_VERSION,
                                         []() -> uada::Engine* { return new uada::TorchEngine; }};
  return &module;
}
