#include "core/tables/Cost.h"

#include "core/tables/FinishedRun.h"

namespace uada {
namespace {

std::optional<double> ratio(double value, double sum, double count) {
  if (sum <= 0) return std::nullopt;
  return value * count / sum;
}

/// A null pointer: none.
template <class Sums, class Key>
auto found(const Sums& sums, const Key& key) {
  const auto place = sums.find(key);
  return place == sums.end() ? nullptr : &place->second;
}

}  // namespace

std::string recipeAndData(const RunSummary& run) { return run.recipeHash + '\n' + run.dataHash; }

CostReference::Machine CostReference::machineOf(const RunSummary& run) {
  return {recipeAndData(run), run.host, run.device, run.threads};
}

void CostReference::add(const RunSummary& run) {
  if (run.method != referenceMethod().name) return;
  for (Sum* sum : {&all_[recipeAndData(run)], &timed_[machineOf(run)]}) {
    sum->seconds += run.seconds;
    sum->forwards += run.counts.forwardEquivalents();
    sum->chains += static_cast<double>(run.counts.chains);
    sum->steps += static_cast<double>(run.step);
    ++sum->runs;
  }
}

bool CostReference::fits(const RunSummary& run) const { return all_.contains(recipeAndData(run)); }

CostRatios CostReference::ratios(const RunSummary& run) const {
  CostRatios ratios;
  if (const Sum* sum = found(all_, recipeAndData(run))) {
    ratios.forwards = ratio(run.counts.forwardEquivalents(), sum->forwards, sum->runs);
    ratios.chains = ratio(static_cast<double>(run.counts.chains), sum->chains, sum->runs);
  }
  if (const Sum* sum = found(timed_, machineOf(run)))
    ratios.time = ratio(run.seconds, sum->seconds, sum->runs);
  return ratios;
}

std::optional<double> CostReference::timePerStep(const RunSummary& run) const {
  const Sum* sum = found(timed_, machineOf(run));
  if (!sum || run.step <= 0) return std::nullopt;
  return ratio(run.seconds / static_cast<double>(run.step), sum->seconds, sum->steps);
}

int CostReference::timedRuns(const RunSummary& run) const {
  const Sum* sum = found(timed_, machineOf(run));
  return sum ? static_cast<int>(sum->runs) : 0;
}

CostReference costReference(const std::vector<RunSummary>& runs) {
  std::map<std::string, const RunSummary*> newest;
  for (const RunSummary& run : runs) {
    if (run.state != RunState::finished) continue;
    const RunSummary*& known = newest[repeatKey(run)];
    if (!known || known->id < run.id) known = &run;
  }
  CostReference reference;
  for (const auto& [key, run] : newest) reference.add(*run);
  return reference;
}

}  // namespace uada
