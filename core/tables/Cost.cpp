#include "core/tables/Cost.h"

#include "core/engine/methods/Plain.h"
#include "core/tables/FinishedRun.h"

namespace uada {
namespace {

std::optional<double> ratio(double value, double sum, double count) {
  if (sum <= 0) return std::nullopt;
  return value * count / sum;
}

}  // namespace

std::string recipeAndData(const RunSummary& run) { return run.recipeHash + '\n' + run.dataHash; }

CostReference::Machine CostReference::machineOf(const RunSummary& run) {
  return {recipeAndData(run), run.host, run.device, run.threads};
}

std::string referenceAmong(bool hasRaUc, std::size_t plainConfigs) {
  if (hasRaUc) return referenceMethod().name;
  return plainConfigs == 1 ? Plain::kName : "";
}

void CostReference::add(const RunSummary& run) {
  const bool isRaUc = run.method == referenceMethod().name;
  if ((!isRaUc && run.method != Plain::kName) || !run.isOfOneConfig()) return;
  for (Sums* sums : {&all_[recipeAndData(run)], &timed_[machineOf(run)]}) {
    Sum& sum = isRaUc ? sums->raUc : sums->plain[run.configHash];
    sum.seconds += run.seconds;
    sum.forwards += run.counts.forwardEquivalents();
    sum.chains += static_cast<double>(run.counts.chains);
    sum.steps += static_cast<double>(run.step);
    ++sum.runs;
  }
}

std::string CostReference::nameFor(const RunSummary& run) const {
  const auto sums = all_.find(recipeAndData(run));
  return sums == all_.end() ? "" : referenceAmong(sums->second.raUc.runs > 0, sums->second.plain.size());
}

template <class Key>
const CostReference::Sum* CostReference::ofReference(const std::map<Key, Sums>& sums, const Key& key,
                                                     const RunSummary& run) const {
  const std::string name = nameFor(run);
  const auto place = sums.find(key);
  if (name.empty() || place == sums.end()) return nullptr;
  const Sums& found = place->second;
  if (name == referenceMethod().name) return found.raUc.runs > 0 ? &found.raUc : nullptr;
  return found.plain.empty() ? nullptr : &found.plain.begin()->second;
}

bool CostReference::fits(const RunSummary& run) const { return !nameFor(run).empty(); }

CostRatios CostReference::ratios(const RunSummary& run) const {
  CostRatios ratios;
  if (!run.lineage.run.empty()) return ratios;  // it was trained in part by another run
  if (const Sum* sum = ofReference(all_, recipeAndData(run), run)) {
    ratios.forwards = ratio(run.counts.forwardEquivalents(), sum->forwards, sum->runs);
    ratios.chains = ratio(static_cast<double>(run.counts.chains), sum->chains, sum->runs);
  }
  if (const Sum* sum = ofReference(timed_, machineOf(run), run))
    ratios.time = ratio(run.seconds, sum->seconds, sum->runs);
  return ratios;
}

std::optional<double> CostReference::timePerStep(const RunSummary& run) const {
  const Sum* sum = ofReference(timed_, machineOf(run), run);
  if (!sum || run.step <= 0 || !run.lineage.run.empty()) return std::nullopt;
  return ratio(run.seconds / static_cast<double>(run.step), sum->seconds, sum->steps);
}

int CostReference::timedRuns(const RunSummary& run) const {
  const Sum* sum = ofReference(timed_, machineOf(run), run);
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
