#include "core/tables/Cost.h"

#include <algorithm>
#include <functional>

namespace uada {
namespace {

double secondsOf(const RunSummary& run) { return run.seconds; }
double forwardsOf(const RunSummary& run) { return run.counts.forwardEquivalents(); }
double chainsOf(const RunSummary& run) { return static_cast<double>(run.counts.chains); }

bool sameMachine(const RunSummary& a, const RunSummary& b) {
  return a.host == b.host && a.device == b.device && a.threads == b.threads;
}

std::optional<double> ratio(const RunSummary& run, const std::vector<FinishedRun>& raUc,
                            double (*measure)(const RunSummary&)) {
  double sum = 0;
  for (const FinishedRun& reference : raUc) sum += measure(reference.summary);
  if (sum <= 0) return std::nullopt;
  return measure(run) * static_cast<double>(raUc.size()) / sum;
}

}  // namespace

std::vector<FinishedRun> raUcRuns(const std::vector<FinishedRun>& runs) {
  std::vector<FinishedRun> found;
  std::ranges::copy_if(runs, std::back_inserter(found),
                       [](const FinishedRun& run) { return run.config.method.name == "ra-uc"; });
  return found;
}

CostRatios costRatios(const FinishedRun& run, const std::vector<FinishedRun>& raUc) {
  std::vector<FinishedRun> comparable;
  std::ranges::copy_if(raUc, std::back_inserter(comparable),
                       [&](const FinishedRun& other) { return sameMachine(run.summary, other.summary); });
  return {.time = ratio(run.summary, comparable, secondsOf),
          .forwards = ratio(run.summary, raUc, forwardsOf),
          .chains = ratio(run.summary, raUc, chainsOf)};
}

}  // namespace uada
