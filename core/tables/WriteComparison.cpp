#include <fmt/core.h>

#include <set>

#include "core/base/Text.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/tables/Comparison.h"
#include "core/tables/Grid.h"
#include "core/tables/Sheet.h"
#include "core/tables/Table.h"

namespace uada {
namespace {

std::string meanText(const std::vector<double>& values) {
  const Cell cell{values, {}, {}};
  if (!cell.mean()) return "-";
  const auto spread = cell.spread();
  return fmt::format("{:.2f}", *cell.mean()) + (spread ? fmt::format(" ± {:.2f}", *spread) : "");
}

std::string ratioText(std::optional<double> ratio) { return ratio ? fmt::format("{:.2f}", *ratio) : "-"; }

std::string differenceText(const RunGroup& group) {
  return group.toReference ? uada::differenceText(*group.toReference) : "-";
}

/// "3", "2, 1 diverged"
std::string countText(const RunGroup& group) {
  const std::string counted = fmt::format("{}", group.runs.size() - group.diverged);
  return group.diverged == 0 ? counted : fmt::format("{}, {} diverged", counted, group.diverged);
}

/// The text that all groups share, or none.
std::optional<std::string> common(const std::vector<RunGroup>& groups, std::string RunGroup::* member) {
  for (const RunGroup& group : groups)
    if (group.*member != groups.front().*member) return std::nullopt;
  return groups.empty() ? std::nullopt : std::optional(groups.front().*member);
}

/// "ra-uc"; "ra-uc or plain" where recipes differ in it.
std::string referenceText(const std::vector<RunGroup>& groups) {
  std::set<std::string> names;
  for (const RunGroup& group : groups)
    if (!group.reference.empty()) names.insert(group.reference);
  if (names.empty()) names.insert(referenceMethod().name);
  return joined({names.rbegin(), names.rend()}, " or ");
}

/// " in percent", " in dB"; "" of what has no unit.
std::string unitWords(const Metric& metric) {
  if (metric.unit == "%") return " in percent";
  return metric.unit.empty() ? "" : " in " + metric.unit;
}

/// "Test top-1 in percent" where all groups have one metric.
std::string noteText(const std::vector<RunGroup>& groups) {
  std::set<std::string> titles;
  for (const RunGroup& group : groups) titles.insert(group.metric.title + unitWords(group.metric));
  const std::vector<std::string> all(titles.begin(), titles.end());
  return fmt::format(
      "Test {}, mean ± sample standard deviation over n seeds. Difference: the last epoch's {} minus that of "
      "{reference} with the same recipe on the same images{}, with its 95 % interval (paired by seed where "
      "both "
      "have the same ones, else Welch); it needs two seeds of each, and some spread. Bold, or *: better than "
      "every other row of its recipe with p below 0.05 (Holm). Time (only on the same "
      "host, device and threads), forwards (+ 2 × "
      "backwards) and chains are relative to {reference}.",
      joined(all, " or "), all.size() == 1 ? groups.front().metric.title : "value",
      all.size() == 1 && groups.front().metric.unit == "%" ? ", in percentage points" : "",
      fmt::arg("reference", referenceText(groups)));
}

/// Data and model have columns only where groups differ in them; else the title tells them.
TableGrid gridOf(const std::vector<RunGroup>& groups, const std::vector<ComparedSetting>& settings) {
  const auto dataset = common(groups, &RunGroup::dataset), model = common(groups, &RunGroup::model);
  TableGrid grid{
      .title = "Comparison of methods",
      .note = groups.empty() ? "Nothing to compare: none of these runs has finished." : noteText(groups),
      .label = "uada-comparison",
      .header = {"Method"},
      .rows = {}};
  if (dataset) grid.title += ": " + *dataset;
  if (model) grid.title += (dataset ? ", " : ": ") + *model;
  if (!dataset) grid.header.push_back("Data");
  if (!model) grid.header.push_back("Model");
  for (const ComparedSetting& setting : settings) grid.header.push_back(setting.title);
  const std::size_t judged = grid.header.size() + 1;  // the last epoch
  for (const std::string& name : {std::string("n"), std::string("Last epoch"), std::string("Best epoch"),
                                  "Difference to " + referenceText(groups), std::string("Training time"),
                                  std::string("Time ×"), std::string("Forwards ×"), std::string("Chains ×")})
    grid.header.push_back(name);
  const std::vector<bool> best = bestGroups(groups);
  for (std::size_t row = 0; row < groups.size(); ++row) {
    const RunGroup& group = groups[row];
    auto& cells = grid.rows.emplace_back(std::vector{group.label});
    if (!dataset) cells.push_back(group.dataset);
    if (!model) cells.push_back(group.model);
    for (const ComparedSetting& setting : settings) cells.push_back(setting.values[row]);
    for (std::string text : {countText(group), meanText(group.last), meanText(group.best),
                             differenceText(group), durationText(group.seconds), ratioText(group.timeRatio),
                             ratioText(group.forwardRatio), ratioText(group.chainRatio)})
      cells.push_back(std::move(text));
    grid.bold.emplace_back(cells.size(), false)[judged] = best[row];
  }
  return grid;
}

std::vector<Sheet::Entry> entriesOf(const RunGroup& group, bool isBest) {
  const Cell last{group.last, {}, {}}, best{group.best, {}, {}};
  const Difference to = group.toReference.value_or(Difference{});
  const auto end = [&](double Interval::* member) {
    return Sheet::number(to.interval ? std::optional((*to.interval).*member) : std::nullopt);
  };
  return {Sheet::text(group.method),
          Sheet::text(group.label),
          Sheet::text(group.dataset),
          Sheet::text(group.model),
          Sheet::text(group.configHash),
          Sheet::count(group.runs.size() - group.diverged),
          Sheet::number(last.mean(), isBest),
          Sheet::number(last.spread()),
          Sheet::number(best.mean()),
          Sheet::number(best.spread()),
          Sheet::number(group.toReference ? std::optional(to.mean) : std::nullopt),
          end(&Interval::low),
          end(&Interval::high),
          Sheet::number(to.p),
          Sheet::number(group.seconds),
          Sheet::number(group.forwardEquivalents),
          Sheet::number(group.chains),
          Sheet::number(group.timeRatio),
          Sheet::number(group.forwardRatio),
          Sheet::number(group.chainRatio),
          Sheet::count(group.diverged),
          Sheet::text(to.why.empty() ? "" : "no interval: " + to.why),
          Sheet::text(group.dataHash),
          Sheet::text(group.reference)};
}

Sheet sheetOf(const std::vector<RunGroup>& groups, const std::vector<ComparedSetting>& settings) {
  Sheet sheet{.name = "Comparison",
              .header = {"method",    "label",      "dataset",       "model",
                         "config",    "n",          "last_mean",     "last_sd",
                         "best_mean", "best_sd",    "difference",    "low",
                         "high",      "p",          "seconds",       "forward_equivalents",
                         "chains",    "time_ratio", "forward_ratio", "chain_ratio",
                         "diverged",  "note",       "data",          "reference"},
              .rows = {}};
  for (const ComparedSetting& setting : settings) sheet.header.push_back(setting.key);
  const std::vector<bool> best = bestGroups(groups);
  for (std::size_t row = 0; row < groups.size(); ++row) {
    auto& entries = sheet.rows.emplace_back(entriesOf(groups[row], best[row]));
    for (const ComparedSetting& setting : settings) entries.push_back(Sheet::text(setting.values[row]));
  }
  return sheet;
}

Sheet runsOf(const std::vector<RunGroup>& groups) {
  Sheet sheet{
      .name = "Runs", .header = {"run", "label", "title", "seed", "metric", "last", "best"}, .rows = {}};
  for (const RunGroup& group : groups)
    for (const RunSummary& run : group.runs) {
      const auto scaled = [&](std::optional<double> value) {
        return Sheet::number(value ? std::optional(group.metric.scale * *value) : std::nullopt);
      };
      sheet.rows.push_back({Sheet::text(run.key), Sheet::text(group.label), Sheet::text(run.title),
                            Sheet::Entry{static_cast<double>(run.seed)}, Sheet::text(group.metric.name),
                            scaled(run.lastOf(group.metric.name)), scaled(run.best)});
    }
  return sheet;
}

}  // namespace

std::string writeComparison(const std::vector<RunGroup>& groups, TableFormat format) {
  return writeComparison(groups, {}, format);
}

std::string writeComparison(const std::vector<RunGroup>& groups, const std::vector<ComparedSetting>& settings,
                            TableFormat format) {
  switch (format) {
    case TableFormat::csv: return csv(sheetOf(groups, settings));
    case TableFormat::markdown: return markdown(gridOf(groups, settings));
    case TableFormat::latex: return latex(gridOf(groups, settings));
    case TableFormat::xlsx: return xlsx({sheetOf(groups, settings), runsOf(groups)});
    case TableFormat::text: break;
  }
  return plainText(gridOf(groups, settings));
}

}  // namespace uada
