#include "widgets/session/StepTiming.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace uada {

static constexpr std::size_t kWarming = 2;    // steps that are slower: memory is taken, kernels are chosen
static constexpr std::size_t kTimed = 10;     // steps
static constexpr double kMostSeconds = 20.0;  // of one configuration; then fewer steps do

std::string timingKey(const RunConfig& config) {
  return fmt::format("{} {} {}", configHash(config), config.runtime.device, config.runtime.threads);
}

StepTiming::StepTiming(EngineProvider engine, const std::vector<RunConfig>& runs)
    : EngineWork(std::move(engine), "the timing of steps") {
  std::set<std::string> seen;
  for (const RunConfig& run : runs)
    if (run.seed == runs.front().seed && seen.insert(timingKey(run)).second) wanted_.push_back(run);
  begin();
}

void StepTiming::perform(Engine& engine) {
  for (const RunConfig& config : wanted_) {
    run(engine, work::Train{config}, *this, [this] { return isEnough(); });
    if (isCancelled()) return;
    const std::scoped_lock lock(mutex_);
    const std::size_t skipped =
        std::min(kWarming, seconds_.size() - std::min<std::size_t>(1, seconds_.size()));
    now_.steps = static_cast<int>(seconds_.size() - skipped);
    if (now_.steps > 0) {
      now_.seconds =
          std::accumulate(seconds_.begin() + static_cast<std::ptrdiff_t>(skipped), seconds_.end(), 0.0) /
          now_.steps;
      times_[timingKey(config)] = now_;
    }
    seconds_.clear();
    now_ = {};
    ++at_;
  }
}

bool StepTiming::isEnough() const {
  const std::scoped_lock lock(mutex_);
  const double spent = std::accumulate(seconds_.begin(), seconds_.end(), 0.0);
  return seconds_.size() >= kWarming + kTimed || (spent > kMostSeconds && seconds_.size() > kWarming);
}

void StepTiming::take(const Report& report) {
  EngineWork::take(report);
  const std::scoped_lock lock(mutex_);
  if (const auto* step = std::get_if<StepReport>(&report)) seconds_.push_back(step->timings.total());
  const auto* state = std::get_if<StateReport>(&report);
  if (!state) return;
  if (state->plannedSteps > 0) now_.plannedSteps = state->plannedSteps;
  if (!state->device.empty()) now_.device = state->device;
}

double StepTiming::share() const {
  const std::scoped_lock lock(mutex_);
  const double part = std::min(1.0, static_cast<double>(seconds_.size()) / (kWarming + kTimed));
  return wanted_.empty() ? 1 : (static_cast<double>(at_) + part) / static_cast<double>(wanted_.size());
}

StepTimes StepTiming::times() const {
  const std::scoped_lock lock(mutex_);
  return times_;
}

QString StepTiming::text() const {
  std::size_t at = 0, steps = 0;
  {
    const std::scoped_lock lock(mutex_);
    at = std::min(at_, wanted_.size() - 1);
    steps = std::min(seconds_.size(), kWarming + kTimed);
  }
  if (isCancelled()) return EngineWork::text();
  const QString what = steps > 0 ? tr("step %1 of %2").arg(steps).arg(kWarming + kTimed) : EngineWork::text();
  return tr("Timing %1 of %2, %3: %4")
      .arg(at + 1)
      .arg(wanted_.size())
      .arg(QString::fromStdString(wanted_[at].method.name), what);
}

}  // namespace uada
