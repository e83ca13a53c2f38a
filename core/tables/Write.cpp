#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/tables/Grid.h"
#include "core/tables/Table.h"

namespace uada {
namespace {

bool isShown(const Cell& cell, const TableOptions& options) {
  return (options.measured && cell.isMeasured()) || (options.paper && cell.paper);
}

/// "96.95 ± 0.12, n 2, 1 diverged (97.08)": mean, spread and number of what was measured, the paper's value
/// in parentheses.
std::string cellText(const Cell& cell, const Table& table, const TableOptions& options) {
  std::string text;
  if (options.measured && !cell.values.empty()) {
    text = fmt::format("{:.2f}", *cell.mean());
    if (const auto spread = cell.spread()) text += fmt::format(" ± {:.2f}", *spread);
    text += fmt::format(", n {}", cell.values.size());
  }
  if (options.measured && !cell.diverged.empty())
    text += fmt::format("{}{} diverged", text.empty() ? "" : ", ", cell.diverged.size());
  if (options.paper && cell.paper) {
    if (!text.empty()) text += ' ';
    // The paper gives accuracies with two digits, costs with one.
    text += fmt::format("({:.{}f})", *cell.paper, table.unit == "%" ? 2 : 1);
  }
  return text.empty() ? "-" : text;
}

/// Indices of the rows or columns in which anything is shown.
template <class CellAt>
std::vector<std::size_t> shownIndices(std::size_t count, std::size_t across, const TableOptions& options,
                                      const CellAt& cellAt) {
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < count; ++i) {
    bool any = false;
    for (std::size_t k = 0; k < across; ++k) any = any || isShown(cellAt(i, k), options);
    if (any) shown.push_back(i);
  }
  return shown;
}

/// isNumbered  whether the title begins with the table's number in the paper
TableGrid gridOf(const Table& table, const TableOptions& options, bool isNumbered = true) {
  const auto rows =
      shownIndices(table.rows.size(), table.columns.size(), options,
                   [&](std::size_t i, std::size_t k) -> const Cell& { return table.cells[i][k]; });
  const auto columns =
      shownIndices(table.columns.size(), table.rows.size(), options,
                   [&](std::size_t i, std::size_t k) -> const Cell& { return table.cells[k][i]; });
  TableGrid grid{.title = isNumbered && table.number > 0
                              ? fmt::format("Table {}: {}", table.number, table.title)
                              : table.title,
                 .note = table.rule,
                 .label = "uada-" + table.name,
                 .header = {"Method"},
                 .rows = {}};
  if (rows.empty()) grid.note = "Nothing was measured yet: no finished run of this project belongs here.";
  for (const std::size_t column : columns) grid.header.push_back(table.columns[column]);
  for (const std::size_t row : rows) {
    auto& cells = grid.rows.emplace_back(std::vector{table.rows[row]});
    for (const std::size_t column : columns)
      cells.push_back(cellText(table.cells[row][column], table, options));
  }
  return grid;
}

/// The lines of a cell.
/// source  whether anything was measured for it; seeds that diverged have a line of their own, whose n counts
///         them
std::string csvCell(const Cell& cell, const std::string& place, const TableOptions& options) {
  const auto number = [](bool given, std::optional<double> value) {
    return given && value ? csvNumber(*value) : std::string();
  };
  const bool measured = options.measured && !cell.values.empty(), paper = options.paper && cell.paper;
  std::string lines;
  if (measured || paper)
    lines += csvLine({place, measured ? "measured" : "paper", number(measured, cell.mean()),
                      number(measured, cell.spread()), measured ? fmt::format("{}", cell.values.size()) : "",
                      number(paper, cell.paper)});
  if (options.measured && !cell.diverged.empty())
    lines += csvLine({place, "diverged", "", "", fmt::format("{}", cell.diverged.size()), ""});
  return lines;
}

std::string csv(const Table& table, const TableOptions& options) {
  std::string text = csvLine({"table", "row", "column", "metric", "source", "mean", "sd", "n", "paper"});
  const std::string name = table.number > 0 ? fmt::format("{}", table.number) : csvText(table.name);
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    for (std::size_t column = 0; column < table.columns.size(); ++column)
      text += csvCell(
          table.cells[row][column],
          joined({name, csvText(table.rows[row]), csvText(table.columns[column]), csvText(table.metric)},
                 ","),
          options);
  return text;
}

}  // namespace

TableFormat tableFormatFromName(std::string_view name) {
  if (name == "text" || name == "txt") return TableFormat::text;
  if (name == "csv") return TableFormat::csv;
  if (name == "md") return TableFormat::markdown;
  if (name == "tex") return TableFormat::latex;
  throw UsageError(fmt::format("unknown format '{}'; known: text csv md tex{}", quotable(name),
                               suggestion(name, {"text", "csv", "md", "tex"})));
}

const std::vector<std::string>& tableForms() {
  static const std::vector<std::string> forms{"txt", "csv", "md", "tex"};
  return forms;
}

std::string write(const Table& table, TableFormat format, const TableOptions& options) {
  switch (format) {
    case TableFormat::csv: return csv(table, options);
    case TableFormat::markdown: return markdown(gridOf(table, options));
    // LaTeX puts "Table N:" of its own before a caption.
    case TableFormat::latex: return latex(gridOf(table, options, false));
    case TableFormat::text: break;
  }
  return plainText(gridOf(table, options));
}

}  // namespace uada
