#include "widgets/session/History.h"

#include <algorithm>
#include <cmath>

#include "core/store/Project.h"

namespace uada {

static constexpr std::int64_t kRead = 20'000;      // steps at a time
static constexpr std::int64_t kMostReads = 1'000;  // of a run

bool History::hasGain() const { return !std::isnan(gain.high()); }

void History::add(const StepReport& report) {
  if (!empty() && report.step <= lastStep()) return;
  timings += report.timings;
  loss.append(report.step, report.loss);
  gain.append(report.step, report.gain);
  seconds.append(report.step, timings.total());
}

void History::add(const EpochReport& report) {
  std::erase_if(epochs, [&](const EpochReport& e) { return e.epoch >= report.epoch; });
  epochs.push_back(report);
}

bool History::coarsen() {
  bool any = false;
  for (Pyramid* curve : {&loss, &gain, &seconds}) any = curve->coarsen() || any;
  smoothLoss_ = smoothGain_ = {};
  return any;
}

std::size_t History::bytes() const {
  return loss.bytes() + gain.bytes() + seconds.bytes() + smoothLoss_.bytes() + smoothGain_.bytes() +
         epochs.capacity() * sizeof(EpochReport);
}

History History::read(const ProjectReader& reader, std::int64_t run, bool withSteps, std::int64_t last,
                      std::int64_t known) {
  History history;
  const auto take = [&](std::int64_t after, std::int64_t to) {
    for (const StepReport& step : reader.steps(run, after, to)) history.add(step);
  };
  std::int64_t after = 0;
  // A damaged file may claim any number of steps: what is beyond is read at once.
  const std::int64_t end = std::min({last, known, kMostReads * kRead});
  for (; withSteps && after < end; after += kRead) take(after, std::min(last, after + kRead));
  if (withSteps && after < last) take(after, last);
  history.epochs = reader.epochs(run);
  std::erase_if(history.epochs, [last](const EpochReport& epoch) { return epoch.step > last; });
  return history;
}

}  // namespace uada
