#include "core/tables/FinishedRun.h"

#include <algorithm>

namespace uada {

std::vector<FinishedRun> onePerSeed(std::vector<FinishedRun> runs) {
  std::ranges::sort(runs, {}, [](const FinishedRun& run) { return run.summary.id; });
  std::vector<FinishedRun> kept;
  for (FinishedRun& run : runs) {
    if (run.summary.state != RunState::finished) continue;
    const auto same = std::ranges::find_if(kept, [&](const FinishedRun& other) {
      return other.summary.configHash == run.summary.configHash && other.summary.seed == run.summary.seed;
    });
    if (same != kept.end()) kept.erase(same);
    kept.push_back(std::move(run));
  }
  return kept;
}

std::vector<FinishedRun> finishedRuns(const ProjectReader& project, const std::vector<std::int64_t>& keys) {
  std::vector<FinishedRun> runs;
  for (const RunSummary& summary : project.runs()) {
    const bool wanted = keys.empty() || std::ranges::find(keys, summary.id) != keys.end();
    if (wanted && summary.state == RunState::finished)
      runs.push_back({summary, project.detail(summary.id).config});
  }
  return onePerSeed(std::move(runs));
}

std::vector<std::vector<FinishedRun>> groupedByRecipe(const std::vector<FinishedRun>& runs) {
  std::vector<std::vector<FinishedRun>> groups;
  std::vector<std::string> hashes;
  for (const FinishedRun& run : runs) {
    const std::string hash = recipeHash(run.config.recipe);
    const auto at = static_cast<std::size_t>(std::ranges::find(hashes, hash) - hashes.begin());
    if (at == hashes.size()) {
      hashes.push_back(hash);
      groups.emplace_back();
    }
    groups[at].push_back(run);
  }
  return groups;
}

}  // namespace uada
