#include <fmt/core.h>

#include "core/base/Text.h"
#include "core/tables/Grid.h"
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

std::string pText(double p) { return p < 0.001 ? "p < 0.001" : fmt::format("p {:.3f}", p); }

std::string differenceText(const std::optional<Difference>& d) {
  if (!d) return "-";
  return fmt::format("{:+.2f} [{:+.2f}, {:+.2f}], {}", d->mean, d->low, d->high, pText(d->p));
}

/// The text that all groups share, or none.
std::optional<std::string> common(const std::vector<RunGroup>& groups, std::string RunGroup::* member) {
  for (const RunGroup& group : groups)
    if (group.*member != groups.front().*member) return std::nullopt;
  return groups.empty() ? std::nullopt : std::optional(groups.front().*member);
}

constexpr char kNote[] =
    "Top-1 test accuracy in percent, mean ± sample standard deviation over n seeds. Difference: last epoch's "
    "top-1 "
    "minus that of ra-uc with the same recipe, in percentage points, with its 95 % interval (Welch); it "
    "needs two "
    "seeds of each. Time (only on the same host, device and threads), forwards (+ 2 × backwards) and chains "
    "are "
    "relative to ra-uc.";

/// Data and model have columns only where groups differ in them; else the title tells them.
TableGrid gridOf(const std::vector<RunGroup>& groups) {
  const auto dataset = common(groups, &RunGroup::dataset), model = common(groups, &RunGroup::model);
  TableGrid grid{.title = "Comparison of methods",
                 .note = groups.empty() ? "Nothing to compare yet: no run has finished." : kNote,
                 .label = "uada-comparison",
                 .header = {"Method"},
                 .rows = {}};
  if (dataset) grid.title += ": " + *dataset;
  if (model) grid.title += (dataset ? ", " : ": ") + *model;
  if (!dataset) grid.header.push_back("Data");
  if (!model) grid.header.push_back("Model");
  for (const char* name : {"n", "Last epoch", "Best epoch", "Difference to ra-uc", "Training time", "Time ×",
                           "Forwards ×", "Chains ×"})
    grid.header.push_back(name);
  for (const RunGroup& group : groups) {
    auto& cells = grid.rows.emplace_back(std::vector{group.label});
    if (!dataset) cells.push_back(group.dataset);
    if (!model) cells.push_back(group.model);
    for (std::string text :
         {fmt::format("{}", group.runs.size()), meanText(group.last), meanText(group.best),
          differenceText(group.toRaUc), durationText(group.seconds), ratioText(group.timeRatio),
          ratioText(group.forwardRatio), ratioText(group.chainRatio)})
      cells.push_back(std::move(text));
  }
  return grid;
}

std::string csv(const std::vector<RunGroup>& groups) {
  const auto number = [](std::optional<double> value) { return value ? csvNumber(*value) : std::string(); };
  std::string text = csvLine({"method",    "label",      "dataset",       "model",
                              "config",    "n",          "last_mean",     "last_sd",
                              "best_mean", "best_sd",    "difference",    "low",
                              "high",      "p",          "seconds",       "forward_equivalents",
                              "chains",    "time_ratio", "forward_ratio", "chain_ratio"});
  for (const RunGroup& group : groups) {
    const Cell last{group.last, {}, {}}, best{group.best, {}, {}};
    const auto part = [&](double Difference::* member) {
      return group.toRaUc ? csvNumber((*group.toRaUc).*member) : std::string();
    };
    text += csvLine({csvText(group.method),      csvText(group.label),
                     csvText(group.dataset),     csvText(group.model),
                     csvText(group.configHash),  fmt::format("{}", group.runs.size()),
                     number(last.mean()),        number(last.spread()),
                     number(best.mean()),        number(best.spread()),
                     part(&Difference::mean),    part(&Difference::low),
                     part(&Difference::high),    part(&Difference::p),
                     csvNumber(group.seconds),   csvNumber(group.forwardEquivalents),
                     csvNumber(group.chains),    number(group.timeRatio),
                     number(group.forwardRatio), number(group.chainRatio)});
  }
  return text;
}

}  // namespace

std::string writeComparison(const std::vector<RunGroup>& groups, TableFormat format) {
  switch (format) {
    case TableFormat::csv: return csv(groups);
    case TableFormat::markdown: return markdown(gridOf(groups));
    case TableFormat::latex: return latex(gridOf(groups));
    case TableFormat::text: break;
  }
  return plainText(gridOf(groups));
}

}  // namespace uada
