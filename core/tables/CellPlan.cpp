#include "core/tables/CellPlan.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "core/base/Error.h"
#include "core/config/Paper.h"
#include "core/data/Dataset.h"

namespace uada {
namespace {

constexpr std::size_t kUsualSeeds = 3;  // as the experiments of the paper's tables have

/// None: nothing that a catalogue has is measured there.
std::optional<Choice> methodOf(const Table& table, std::size_t row, const Recipe& recipe) {
  if (table.number > 0) {
    const PaperTable& paper = paperTable(table.name);
    const auto known = std::ranges::find(paper.rows, table.rows[row], &PaperTable::Row::name);
    if (known != paper.rows.end()) {
      const auto methods = methodsOf(paper, *known, recipe, taskOf(recipe).testMetrics.front().name);
      return methods.empty() ? std::nullopt : std::optional(methods.front());
    }
  }
  return row < table.choices.size() ? table.choices[row] : std::nullopt;
}

/// Why the data of a recipe cannot be read here; empty: they are there.
std::string missingData(const Recipe& recipe) {
  try {
    locateDataset(findDataset(recipe.dataset.name), recipe.dataset.as<DataSettings>().folder);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

CellPlan refused(std::string why) {
  CellPlan plan;
  plan.why = std::move(why);
  return plan;
}

void addCost(CellPlan& plan, const std::vector<MeasuredRate>& rates) {
  for (const RunConfig& run : plan.runs) plan.forwardEquivalents += estimateCost(run).forwardEquivalents;
  const MeasuredRate* const rate = fittingRate(rates, plan.runs.front());
  if (!rate || plan.forwardEquivalents <= 0) return;
  plan.seconds = secondsAt(*rate, plan.runs.front(), plan.forwardEquivalents);
  plan.measuredOn = rate->title + " on " + rate->device;
}

}  // namespace

int askedSeeds(const Cell& cell) {
  const auto present = static_cast<int>(cell.seeds.size());
  const auto needed = cell.comparison ? seedsFor(cell.comparison->difference) : std::nullopt;
  if (needed && *needed > present) return std::min(*needed - present, kMostAsked);
  return std::max(1, static_cast<int>(kUsualSeeds) - present);
}

std::vector<std::int64_t> nextSeeds(const Table& table, std::size_t row, std::size_t column, int seeds) {
  const Cell& cell = table.cells[row][column];
  std::set<std::int64_t> taken(cell.seeds.begin(), cell.seeds.end());
  taken.insert(cell.divergedSeeds.begin(), cell.divergedSeeds.end());
  std::vector<std::int64_t> next;
  const auto wants = [&] { return next.size() < static_cast<std::size_t>(std::max(seeds, 0)); };
  if (table.reference >= 0) {
    auto pairs = table.cells[static_cast<std::size_t>(table.reference)][column].seeds;
    std::ranges::sort(pairs);
    for (const std::int64_t seed : pairs)
      if (wants() && taken.insert(seed).second) next.push_back(seed);
  }
  for (std::int64_t seed = 1; wants(); ++seed)
    if (taken.insert(seed).second) next.push_back(seed);
  return next;
}

/// Why an own table's cell cannot be trained; empty: it can.
static std::string whyNotOwn(const Cell& cell) {
  if (!cell.config) return "an own table does not say what would be trained for an empty cell";
  if (cell.mixture && cell.mixture->configurations > 1) return "the cell " + mixtureDetails(*cell.mixture);
  return {};
}

/// Of an own table what the cell's runs are, if they are of one configuration.
static std::optional<RunConfig> ownConfig(const Cell& cell) {
  return whyNotOwn(cell).empty() ? std::optional(*cell.config) : std::nullopt;
}

std::optional<RunConfig> plannedConfig(const Table& table, std::size_t row, std::size_t column) {
  if (table.isOwn()) return ownConfig(table.cells[row][column]);
  const auto recipe = column < table.recipes.size() ? table.recipes[column] : nullptr;
  const auto method = recipe ? methodOf(table, row, *recipe) : std::nullopt;
  if (!method) return std::nullopt;
  RunConfig config;
  config.recipe = *recipe;
  config.method = *method;
  return config;
}

CellPlan cellPlan(const Table& table, std::size_t row, std::size_t column, int seeds,
                  const std::vector<MeasuredRate>& rates) {
  if (table.isOwn()) {
    if (std::string why = whyNotOwn(table.cells[row][column]); !why.empty()) return refused(std::move(why));
  } else if (column >= table.recipes.size() || !table.recipes[column])
    return refused(fmt::format("no recipe is known for the column '{}'", table.columns[column]));
  const auto config = plannedConfig(table, row, column);
  if (!config)
    return refused(
        fmt::format("no catalogue has a method for the row '{}'; a policy that others searched for is "
                    "imported by 'uada policies import FILE', and trained by plain",
                    table.rows[row]));
  if (const std::string missing = missingData(config->recipe); !missing.empty()) return refused(missing);
  CellPlan plan;
  for (const std::int64_t seed : nextSeeds(table, row, column, seeds)) {
    plan.runs.push_back(*config);
    plan.runs.back().seed = seed;
  }
  if (!plan.runs.empty()) addCost(plan, rates);
  return plan;
}

}  // namespace uada
