#include <fmt/core.h>

#include <algorithm>

#include "core/tables/Table.h"

namespace uada {
namespace {

constexpr double kError = 0.05;

SeededValues seeded(const Cell& cell) { return {cell.values, cell.seeds}; }

/// None where one of the two has no number; of cells that mix runs the means alone.
std::optional<Difference> apartOf(const Cell& cell, const Cell& other) {
  auto apart = difference(seeded(cell), seeded(other));
  if (!apart || (!cell.mixture && !other.mixture)) return apart;
  Difference bare;
  bare.mean = apart->mean;
  bare.why = kMixed;
  return bare;
}

/// Whether a cell is better than all others of its column that were measured, of which there is one at least.
bool isBest(const Table& table, std::size_t row, std::size_t column) {
  const Cell& cell = table.cells[row][column];
  std::vector<double> p;
  for (std::size_t other = 0; other < table.rows.size(); ++other) {
    const Cell& theirs = table.cells[other][column];
    if (other == row || theirs.values.empty()) continue;
    const auto apart = apartOf(cell, theirs);
    const bool isAhead =
        apart && (table.betterOf(column) == Better::lower ? apart->mean < 0 : apart->mean > 0);
    if (!isAhead || !apart->p) return false;
    p.push_back(*apart->p);
  }
  const auto adjusted = holm(p);
  return !adjusted.empty() && std::ranges::all_of(adjusted, [](double one) { return one < kError; });
}

/// The row with the best mean; none: nothing is measured there, or nothing of it is better.
std::optional<std::size_t> foremost(const Table& table, std::size_t column) {
  const Better better = table.betterOf(column);
  if (better == Better::neither) return {};
  std::optional<std::size_t> found;
  double most = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto mean = table.cells[row][column].mean();
    if (!mean || (found && (better == Better::lower ? *mean >= most : *mean <= most))) continue;
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
      if (cell.isCount || cell.values.empty() || reference[column].values.empty()) continue;
      auto apart = apartOf(cell, reference[column]);
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
    if (from < table.sides.size()) sorted.sides[i] = table.sides[from];
    for (std::size_t row = 0; row < table.cells.size(); ++row) sorted.cells[row][i] = table.cells[row][from];
  }
  return sorted;
}

void addComparisons(Table& table, bool marksBest) {
  if (table.reference >= 0) compareWithReference(table);
  if (!marksBest) return;
  for (std::size_t column = 0; column < table.columns.size(); ++column)
    if (const auto row = foremost(table, column); row && isBest(table, *row, column))
      table.cells[*row][column].isBest = true;
}

std::string differenceText(const Difference& d, int digits) {
  if (!d.interval) return fmt::format("{:+.{}f}, no interval: {}", d.mean, digits, d.why);
  const std::string p = *d.p < 0.001 ? "p < 0.001" : fmt::format("p {:.3f}", *d.p);
  return fmt::format("{0:+.{4}f} [{1:+.{4}f}, {2:+.{4}f}], {3}", d.mean, d.interval->low, d.interval->high, p,
                     digits);
}

std::string adviceText(const Difference& difference, std::size_t seeds) {
  if (!difference.interval) return "not known: " + difference.why;
  const auto needed = seedsFor(difference);
  if (!needed) return fmt::format("more than {}", kMostSeeds);
  const auto present = static_cast<int>(seeds);
  return *needed <= present ? "none" : fmt::format("{}", *needed - present);
}

}  // namespace uada
