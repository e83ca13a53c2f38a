#include "core/tables/FinishedRun.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/tables/Cost.h"

namespace uada {

std::string repeatKey(const RunSummary& run) {
  return fmt::format("{}\n{}\n{}\n{}", run.configHash, run.dataHash, run.seed, run.origin());
}

namespace {

/// By the same as repeatKey().
struct RepeatHash {
  std::size_t operator()(const RunSummary* run) const {
    return std::hash<std::string>()(run->configHash) ^ static_cast<std::size_t>(run->seed);
  }
};
struct AreRepeats {
  bool operator()(const RunSummary* a, const RunSummary* b) const {
    return a->configHash == b->configHash && a->dataHash == b->dataHash && a->seed == b->seed &&
           a->origin() == b->origin();
  }
};

}  // namespace

std::vector<FinishedRun> onePerSeed(std::vector<FinishedRun> runs) {
  const auto number = [](const FinishedRun& run) { return run.summary.id; };
  if (!std::ranges::is_sorted(runs, {}, number)) std::ranges::sort(runs, {}, number);
  std::unordered_set<const RunSummary*, RepeatHash, AreRepeats> seen;
  std::vector<bool> isKept(runs.size());
  for (std::size_t i = runs.size(); i-- > 0;)  // newest first
    if (const RunSummary& run = runs[i].summary; run.state == RunState::finished)
      isKept[i] = seen.insert(&run).second;
  std::size_t i = 0;
  std::erase_if(runs, [&](const FinishedRun&) { return !isKept[i++]; });
  return runs;
}

std::vector<FinishedRun> finishedRuns(const ProjectReader& project, const std::vector<std::int64_t>& keys,
                                      std::size_t* leftOut) {
  std::vector<FinishedRun> runs = project.finishedRuns(keys);
  const std::size_t others =
      keys.empty() ? std::erase_if(runs, [](const FinishedRun& run) { return !run.summary.isOfOneConfig(); })
                   : 0;
  if (leftOut) *leftOut = others;
  return onePerSeed(std::move(runs));
}

std::string leftOutText(std::size_t leftOut) {
  if (leftOut == 0) return {};
  return fmt::format(
      "\nNot counted: {} forked from a checkpoint or edited, and so not trained with one configuration.",
      leftOut == 1 ? "1 finished run that was" : fmt::format("{} finished runs that were", leftOut));
}

std::vector<std::vector<FinishedRun>> groupedByRecipe(std::vector<FinishedRun> runs) {
  std::vector<std::vector<FinishedRun>> groups;
  std::unordered_map<std::string, std::size_t> places;
  for (FinishedRun& run : runs) {
    const std::size_t place = places.try_emplace(recipeAndData(run.summary), groups.size()).first->second;
    if (place == groups.size()) groups.emplace_back();
    groups[place].push_back(std::move(run));
  }
  return groups;
}

}  // namespace uada
