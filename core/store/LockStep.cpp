#include "core/store/LockStep.h"

#include <fmt/core.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>

#include "core/base/Error.h"

namespace uada {

const std::vector<TwinKind>& twinKinds() {
  static const std::vector<TwinKind> all{{"maximise", {"method.update=gradient", "method.selection=hardest"}},
                                         {"random", {"method.update=random", "method.selection=hardest"}},
                                         {"minimise", {"method.update=against", "method.selection=easiest"}}};
  return all;
}

namespace {

constexpr std::string_view kTwins = "twins ";

std::string newTwinsName() {
  std::random_device device;
  return fmt::format("{}{:08x}", kTwins, device());
}

/// All that defines a run but its method.
std::string besidesMethod(const RunConfig& config) {
  return fmt::format("{} {}", recipeHash(config.recipe), config.seed);
}

}  // namespace

bool areTwins(const std::string& experiment) { return experiment.starts_with(kTwins); }

std::vector<TwinStart> twinStarts(const std::vector<Fork>& forks) {
  std::vector<TwinStart> starts;
  for (const Fork& fork : forks) starts.push_back({.config = fork.config, .fork = fork});
  return starts;
}

std::vector<std::vector<std::size_t>> twinGroups(const std::vector<RunConfig>& runs) {
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::size_t place = places.try_emplace(besidesMethod(runs[i]), groups.size()).first->second;
    if (place == groups.size()) groups.emplace_back();
    groups[place].push_back(i);
  }
  for (const auto& group : groups)
    if (group.size() < 2)
      throw UsageError(fmt::format(
          "{} has no twin: two runs at least are wanted that differ in the method alone, with one seed",
          runTitle(runs[group.front()])));
  return groups;
}

/// One of the runs, and the sink that knows where it is.
struct LockStep::Runner : Sink {
  explicit Runner(Sink* observer) : observer(observer) {}

  void take(const Report& report) override {
    {
      const std::lock_guard lock(mutex);
      if (const auto* step = std::get_if<StepReport>(&report)) done = step->step;
      if (const auto* state = std::get_if<StateReport>(&report)) isPaused = state->state == RunState::paused;
    }
    changed.notify_all();
    if (observer) observer->take(report);
  }
  void beforeCheckpoint() override {
    if (observer) observer->beforeCheckpoint();
  }
  /// Lets it train up to and with a step; returns false where a stop was wanted meanwhile.
  bool trainTo(std::int64_t step, const std::function<bool()>& isStopWanted) {
    Job& job = session->job();
    job.send(command::Pause{step});
    while (!job.isDone()) {
      if (isStopWanted()) return false;
      std::unique_lock lock(mutex);
      if (isPaused && done >= step) break;
      changed.wait_for(lock, std::chrono::milliseconds(20));
    }
    return true;
  }

  Sink* const observer;
  std::mutex mutex;
  std::condition_variable changed;
  std::int64_t done = 0;
  bool isPaused = false;
  std::unique_ptr<RunSession> session;  ///< last: its job uses what stands above
};

LockStep::LockStep(ProjectWriter& project, Engine& engine, std::vector<TwinStart> starts, std::int64_t span,
                   const std::vector<Sink*>& observers)
    : target_(starts.empty() || !starts.front().fork ? 0 : starts.front().fork->from.step), span_(span) {
  const std::string name = newTwinsName();
  for (std::size_t i = 0; i < starts.size(); ++i) {
    TwinStart& start = starts[i];
    (start.fork ? start.fork->config : start.config).experiment = name;
    Runner& runner =
        *runners_.emplace_back(std::make_unique<Runner>(i < observers.size() ? observers[i] : nullptr));
    runner.done = target_;
    runner.session = start.fork
                         ? std::make_unique<RunSession>(project, engine, *start.fork, &runner)
                         : std::make_unique<RunSession>(project, engine, start.config, &runner, start.queued);
    runner.trainTo(target_, [] { return false; });
  }
}

LockStep::~LockStep() { stop(); }

void LockStep::stop() {
  for (const auto& runner : runners_)
    if (runner->session && !runner->session->job().isDone()) runner->session->job().send(command::Stop{});
  for (const auto& runner : runners_)
    if (runner->session) runner->session->job().wait();
}

bool LockStep::turn(const std::function<bool()>& isStopWanted) {
  target_ += span_;
  bool isLeft = false;
  for (const auto& runner : runners_) {
    if (runner->session->job().isDone()) continue;
    if (!runner->trainTo(target_, isStopWanted)) {
      stop();
      return false;
    }
    isLeft = isLeft || !runner->session->job().isDone();
  }
  return isLeft;
}

std::size_t LockStep::size() const { return runners_.size(); }
const RunSession& LockStep::session(std::size_t place) const { return *runners_[place]->session; }
RunState LockStep::state(std::size_t place) const { return runners_[place]->session->job().state(); }
std::string LockStep::problem(std::size_t place) const { return runners_[place]->session->job().problem(); }

}  // namespace uada
