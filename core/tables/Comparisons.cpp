#include <fmt/core.h>

#include <algorithm>

#include "core/tables/Table.h"

namespace uada {
namespace {

constexpr double kError = 0.05;

SeededValues seeded(const Cell& cell) { return {cell.values, cell.seeds}; }

/// Whether a cell is better than all others of its column that were measured, of which there is one at least.
bool isBest(const Table& table, std::size_t row, std::size_t column) {
  const Cell& cell = table.cells[row][column];
  std::vector<double> p;
  for (std::size_t other = 0; other < table.rows.size(); ++other) {
    const Cell& theirs = table.cells[other][column];
    if (other == row || theirs.values.empty()) continue;
    const auto apart = difference(seeded(cell), seeded(theirs));
    if (!apart || !apart->p || apart->mean <= 0) return false;
    p.push_back(*apart->p);
  }
  const auto adjusted = holm(p);
  return !adjusted.empty() && std::ranges::all_of(adjusted, [](double one) { return one < kError; });
}

/// The row with the highest mean; none: nothing is measured there.
std::optional<std::size_t> highest(const Table& table, std::size_t column) {
  std::optional<std::size_t> found;
  double most = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto mean = table.cells[row][column].mean();
    if (!mean || (found && *mean <= most)) continue;
    found = row;
    most = *mean;
  }
  return found;
}

void compareWithReference(Table& table) {
  std::vector<std::shared_ptr<Comparison>> all;
  std::vector<double> p;
  const auto& reference = table.cells[static_cast<std::size_t>(table.reference)];
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    if (static_cast<int>(row) == table.reference) continue;
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      Cell& cell = table.cells[row][column];
      if (cell.values.empty() || reference[column].values.empty()) continue;
      auto apart = difference(seeded(cell), seeded(reference[column]));
      if (!apart) continue;
      auto comparison = std::make_shared<Comparison>(Comparison{std::move(*apart), {}});
      cell.comparison = comparison;
      if (!comparison->difference.p) continue;
      p.push_back(*comparison->difference.p);
      all.push_back(std::move(comparison));
    }
  }
  const auto adjusted = holm(p);
  for (std::size_t i = 0; i < all.size(); ++i) all[i]->adjusted = adjusted[i];
}

}  // namespace

const std::string& Table::source(std::size_t row) const {
  static const std::string none;
  return row < sources.size() ? sources[row] : none;
}

std::vector<std::size_t> measuredFirst(const Table& table) {
  std::vector<std::size_t> order, rest;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    const bool isMeasured =
        std::ranges::any_of(table.cells, [&](const auto& row) { return row[column].isMeasured(); });
    (isMeasured ? order : rest).push_back(column);
  }
  order.insert(order.end(), rest.begin(), rest.end());
  return order;
}

Table ordered(const Table& table, const std::vector<std::size_t>& columns) {
  Table sorted = table;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::size_t from = columns[i];
    sorted.columns[i] = table.columns[from];
    if (from < table.digits.size()) sorted.digits[i] = table.digits[from];
    if (from < table.recipes.size()) sorted.recipes[i] = table.recipes[from];
    if (from < table.forms.size()) sorted.forms[i] = table.forms[from];
    for (std::size_t row = 0; row < table.cells.size(); ++row) sorted.cells[row][i] = table.cells[row][from];
  }
  return sorted;
}

void addComparisons(Table& table, bool marksBest) {
  if (table.reference >= 0) compareWithReference(table);
  if (!marksBest) return;
  for (std::size_t column = 0; column < table.columns.size(); ++column)
    if (const auto row = highest(table, column); row && isBest(table, *row, column))
      table.cells[*row][column].isBest = true;
}

std::string differenceText(const Difference& d) {
  if (!d.interval) return fmt::format("{:+.2f}, no interval: {}", d.mean, d.why);
  const std::string p = *d.p < 0.001 ? "p < 0.001" : fmt::format("p {:.3f}", *d.p);
  return fmt::format("{:+.2f} [{:+.2f}, {:+.2f}], {}", d.mean, d.interval->low, d.interval->high, p);
}

std::string adviceText(const Difference& difference, std::size_t seeds) {
  if (!difference.interval) return "not known: " + difference.why;
  const auto needed = seedsFor(difference);
  if (!needed) return fmt::format("more than {}", kMostSeeds);
  const auto present = static_cast<int>(seeds);
  return *needed <= present ? "none" : fmt::format("{}", *needed - present);
}

}  // namespace uada
