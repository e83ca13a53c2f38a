#include "core/tables/FinishedRun.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/tables/Cost.h"

namespace uada {

std::string repeatKey(const RunSummary& run) {
  return fmt::format("{}\n{}\n{}", run.configHash, run.dataHash, run.seed);
}

std::vector<FinishedRun> onePerSeed(std::vector<FinishedRun> runs) {
  const auto number = [](const FinishedRun& run) { return run.summary.id; };
  if (!std::ranges::is_sorted(runs, {}, number)) std::ranges::sort(runs, {}, number);
  std::unordered_set<std::string> seen;
  std::vector<FinishedRun> kept;
  kept.reserve(runs.size());
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {  // newest first
    const RunSummary& summary = run->summary;
    if (summary.state != RunState::finished) continue;
    if (seen.insert(repeatKey(summary)).second) kept.push_back(std::move(*run));
  }
  std::ranges::reverse(kept);
  return kept;
}

std::vector<FinishedRun> finishedRuns(const ProjectReader& project, const std::vector<std::int64_t>& keys) {
  return onePerSeed(project.finishedRuns(keys));
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
