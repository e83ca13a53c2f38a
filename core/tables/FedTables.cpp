#include "core/tables/FedTables.h"

#include <algorithm>

#include "core/tables/Accuracy.h"
#include "core/tables/Cost.h"
#include "core/tables/FinishedRun.h"

namespace uada {
namespace {

bool hasCellOf(const Table& table, std::int64_t run) {
  const auto holds = [run](const Cell& cell) { return std::ranges::find(cell.runs, run) != cell.runs.end(); };
  return std::ranges::any_of(table.cells, [&](const auto& row) { return std::ranges::any_of(row, holds); });
}

}  // namespace

/// Ratios are to runs of the same recipe on the same images: what is measured on others is no part of them.
std::vector<int> tablesFedBy(const ProjectReader& project, const RunSummary& run,
                             std::span<const RunSummary> all) {
  if (run.state != RunState::finished || !run.isOfOneConfig()) return {};
  const std::string recipe = recipeAndData(run);
  std::vector<std::int64_t> beside;
  for (const RunSummary& other : all)
    if (other.state == RunState::finished && other.isOfOneConfig() && recipeAndData(other) == recipe)
      beside.push_back(other.id);
  const std::vector<FinishedRun> runs = finishedRuns(project, beside);
  std::vector<int> fed;
  for (const TableEntry& entry : tables())
    if (hasCellOf(entry.of(runs, recordedMetric(project), Epoch::best), run.id)) fed.push_back(entry.number);
  return fed;
}

}  // namespace uada
