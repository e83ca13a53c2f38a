#include <fmt/core.h>

#include <numeric>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/tables/Grid.h"
#include "core/tables/Sheet.h"
#include "core/tables/Table.h"
#include "core/tables/TableCheck.h"

namespace uada {
namespace {

bool isShown(const Cell& cell, const TableOptions& options) {
  return (options.measured && cell.isMeasured()) || (options.paper && cell.paper);
}

/// "96.95 ± 0.12, n 2, 1 diverged (97.08)": mean, spread and number of what was measured, the paper's value
/// in parentheses, as it is printed there; what the cell mixes.
std::string cellText(const Table& table, std::size_t row, std::size_t column, const TableOptions& options) {
  const Cell& cell = table.cells[row][column];
  const int digits = table.measuredDigits(column);
  std::string text;
  if (options.measured && !cell.values.empty()) {
    text = fmt::format("{:.{}f}", *cell.mean(), digits);
    if (const auto spread = cell.spread()) text += fmt::format(" ± {:.{}f}", *spread, digits);
    if (!cell.isCount) text += fmt::format(", n {}", cell.values.size());
  }
  if (options.measured && !cell.diverged.empty())
    text += fmt::format("{}{} diverged", text.empty() ? "" : ", ", cell.diverged.size());
  if (options.measured && cell.mixture) text += ", " + mixtureText(*cell.mixture);
  if (options.paper && cell.paper) {
    if (!text.empty()) text += ' ';
    text += fmt::format("({:.{}f})", *cell.paper, table.digitsOf(column));
  }
  return text.empty() ? "-" : text;
}

/// Those of `order` in which anything is shown.
template <class CellAt>
std::vector<std::size_t> shownIndices(const std::vector<std::size_t>& order, std::size_t across,
                                      const TableOptions& options, const CellAt& cellAt) {
  std::vector<std::size_t> shown;
  for (const std::size_t i : order) {
    bool any = false;
    for (std::size_t k = 0; k < across && !any; ++k) any = isShown(cellAt(i, k), options);
    if (any) shown.push_back(i);
  }
  return shown;
}

std::vector<std::size_t> allOf(std::size_t count) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

/// What is shown of a table: rows in its order, of the columns first those with something measured.
struct Shown {
  std::vector<std::size_t> rows, columns;
};

Shown shownOf(const Table& table, const TableOptions& options) {
  const auto order = options.measured ? measuredFirst(table) : allOf(table.columns.size());
  return {shownIndices(allOf(table.rows.size()), table.columns.size(), options,
                       [&](std::size_t i, std::size_t k) -> const Cell& { return table.cells[i][k]; }),
          shownIndices(order, table.rows.size(), options,
                       [&](std::size_t i, std::size_t k) -> const Cell& { return table.cells[k][i]; })};
}

/// "DADA †" where the paper cites the row's values, and these are shown.
std::string rowText(const Table& table, std::size_t row, const TableOptions& options) {
  return table.rows[row] + (options.paper && !table.source(row).empty() ? " †" : "");
}

/// "† DADA: Li et al., ECCV 2020; ..."
std::string sourcesText(const Table& table) {
  std::vector<std::string> all;
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    if (!table.source(row).empty()) all.push_back(table.rows[row] + ": " + table.source(row));
  return all.empty() ? "" : "\n† " + joined(all, "; ") + ".";
}

std::string noteOf(const Table& table, const Shown& shown, const TableOptions& options) {
  if (shown.rows.empty()) return "Nothing was measured yet: no finished run of this project belongs here.";
  if (!options.explains || table.details.empty()) return table.rule;
  return table.rule + '\n' + table.details + sourcesText(table);
}

/// For LaTeX: "uada-table2"; of an own table's name what is neither letter nor digit becomes a hyphen.
std::string labelOf(const std::string& name) {
  std::string label = "uada-" + name;
  for (char& c : label)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) c = '-';
  return label;
}

/// isNumbered  whether the title begins with the table's number in the paper
TableGrid gridOf(const Table& table, const TableOptions& options, bool isNumbered = true) {
  const Shown shown = shownOf(table, options);
  TableGrid grid{.title = isNumbered && table.number > 0
                              ? fmt::format("Table {}: {}", table.number, table.title)
                              : table.title,
                 .note = noteOf(table, shown, options),
                 .label = labelOf(table.name),
                 .header = {table.rowsTitle},
                 .rows = {}};
  for (const std::size_t column : shown.columns) grid.header.push_back(table.columns[column]);
  for (const std::size_t row : shown.rows) {
    auto& cells = grid.rows.emplace_back(std::vector{rowText(table, row, options)});
    auto& bold = grid.bold.emplace_back(std::vector{false});
    for (const std::size_t column : shown.columns) {
      cells.push_back(cellText(table, row, column, options));
      bold.push_back(options.measured && table.cells[row][column].isBest);
    }
  }
  return grid;
}

/// "": its runs differ in nothing but the seed.
std::string mixtureOf(const Cell& cell) { return cell.mixture ? mixtureDetails(*cell.mixture) : ""; }

/// The lines of a cell.
/// source  whether anything was measured for it; seeds that diverged have a line of their own, whose n counts
///         them
/// mixes  what comes after the line's last comma; of an own table with the comma
std::string csvCell(const Cell& cell, const std::string& place, const std::string& mixes,
                    const TableOptions& options) {
  const auto number = [](bool given, std::optional<double> value) {
    return given && value ? csvNumber(*value) : std::string();
  };
  const bool measured = options.measured && !cell.values.empty(), paper = options.paper && cell.paper;
  std::string lines;
  if (measured || paper)
    lines += csvLine({place, measured ? "measured" : "paper", number(measured, cell.mean()),
                      number(measured, cell.spread()), measured ? fmt::format("{}", cell.values.size()) : "",
                      number(paper, cell.paper) + mixes});
  if (options.measured && !cell.diverged.empty())
    lines += csvLine({place, "diverged", "", "", fmt::format("{}", cell.diverged.size()), mixes});
  return lines;
}

std::string csv(const Table& table, const TableOptions& options) {
  std::vector<std::string> header{"table", "row", "column", "metric", "source", "mean", "sd", "n", "paper"};
  if (table.isOwn()) header.push_back("mixes");
  std::string text = csvLine(header);
  const std::string name = table.isOwn() ? csvText(table.name) : fmt::format("{}", table.number);
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      const Cell& cell = table.cells[row][column];
      const std::string mixes = table.isOwn() ? ',' + csvText(mixtureOf(cell)) : "";
      const std::vector<std::string> place{name, csvText(table.rows[row]), csvText(table.columns[column]),
                                           csvText(table.metricOf(column))};
      text += csvCell(cell, joined(place, ","), mixes, options);
    }
  return text;
}

/// Of the columns of both epochs the best one's have the paper's values.
bool hasPaper(const Table& table, std::size_t column) {
  return table.epoch != Epoch::both || table.epochOf(column) != Epoch::last;
}

/// A sheet as it stands on the paper: measured means, then the paper's values.
Sheet layoutSheet(const Table& table, const TableOptions& options) {
  const Shown shown = shownOf(table, options);
  Sheet sheet{.name = table.number > 0 ? fmt::format("Table {}", table.number) : "Table",
              .header = {table.rowsTitle},
              .rows = {}};
  for (const bool isPaper : {false, true}) {
    if (isPaper ? !options.paper : !options.measured) continue;
    for (const std::size_t column : shown.columns)
      if (!isPaper || hasPaper(table, column))
        sheet.header.push_back(table.columns[column] + (isPaper ? ", paper" : ""));
  }
  for (const std::size_t row : shown.rows) {
    auto& entries = sheet.rows.emplace_back(std::vector{Sheet::text(rowText(table, row, options))});
    for (const bool isPaper : {false, true}) {
      if (isPaper ? !options.paper : !options.measured) continue;
      for (const std::size_t column : shown.columns) {
        if (isPaper && !hasPaper(table, column)) continue;
        const Cell& cell = table.cells[row][column];
        entries.push_back(Sheet::number(isPaper ? cell.paper : cell.mean(), !isPaper && cell.isBest));
      }
    }
  }
  sheet.rows.push_back({});
  sheet.rows.push_back({Sheet::text(table.title)});
  for (const std::string& text : {table.rule, table.details})
    if (!text.empty()) sheet.rows.push_back({Sheet::text(text)});
  return sheet;
}

std::vector<Sheet::Entry> cellEntries(const Table& table, std::size_t row, std::size_t column,
                                      const TableOptions& options) {
  const Cell& cell = table.cells[row][column];
  const bool measured = options.measured && cell.isMeasured();
  const auto number = [](bool given, std::optional<double> value) {
    return Sheet::number(given ? value : std::nullopt);
  };
  const Comparison* const found = measured ? cell.comparison.get() : nullptr;
  const Difference d = found ? found->difference : Difference{};
  const auto mean = cell.mean();
  const bool both = measured && options.paper && cell.paper && mean;
  const std::string text = !found           ? ""
                           : !d.why.empty() ? "no interval: " + d.why
                           : d.isPaired     ? "paired"
                                            : "Welch";
  return {Sheet::text(table.rows[row]),
          Sheet::text(table.columns[column]),
          Sheet::text(table.metricOf(column)),
          number(measured, mean),
          number(measured, cell.spread()),
          measured ? Sheet::count(cell.values.size()) : Sheet::Entry{},
          measured ? Sheet::count(cell.diverged.size()) : Sheet::Entry{},
          number(options.paper, cell.paper),
          number(both, both ? *mean - *cell.paper : 0),
          number(found, d.mean),
          number(d.interval.has_value(), d.interval ? d.interval->low : 0),
          number(d.interval.has_value(), d.interval ? d.interval->high : 0),
          number(found, d.p),
          number(found, found ? found->adjusted : std::nullopt),
          Sheet::text(text),
          Sheet::text(found ? adviceText(d, cell.values.size()) : ""),
          Sheet::text(measured && cell.isBest ? "best" : ""),
          Sheet::text(options.paper && cell.paper ? table.source(row) : ""),
          Sheet::text(measured ? joined(cell.keys, " ") : ""),
          Sheet::text(measured ? mixtureOf(cell) : "")};
}

/// One row for each cell that is shown.
Sheet cellsSheet(const Table& table, const TableOptions& options) {
  Sheet sheet{.name = "Values",
              .header = {"row",   "column",       "metric",     "mean",         "sd",   "n",    "diverged",
                         "paper", "minus_paper",  "difference", "low",          "high", "p",    "p_holm",
                         "test",  "seeds_needed", "best",       "paper_source", "runs", "mixes"},
              .rows = {}};
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    for (std::size_t column = 0; column < table.columns.size(); ++column)
      if (isShown(table.cells[row][column], options))
        sheet.rows.push_back(cellEntries(table, row, column, options));
  return sheet;
}

Sheet runsSheet(const Table& table) {
  Sheet sheet{.name = "Runs", .header = {"run", "row", "column", "metric", "seed", "value"}, .rows = {}};
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      const Cell& cell = table.cells[row][column];
      for (std::size_t i = 0; i < cell.values.size(); ++i)
        sheet.rows.push_back(
            {Sheet::text(i < cell.keys.size() ? cell.keys[i] : ""), Sheet::text(table.rows[row]),
             Sheet::text(table.columns[column]), Sheet::text(table.metricOf(column)),
             i < cell.seeds.size() ? Sheet::Entry{static_cast<double>(cell.seeds[i])} : Sheet::Entry{},
             Sheet::number(cell.values[i])});
    }
  return sheet;
}

/// For people: rounded, and without what is the same everywhere or for programs.
TableGrid cellsGrid(const Table& table, const TableOptions& options) {
  TableGrid grid{.title = fmt::format("{}: every cell", table.title),
                 .note = table.details,
                 .label = "uada-cells-" + table.name,
                 .header = {"Row", "Column", "Measured", "Paper", "Minus paper", "Difference", "p (Holm)",
                            "Test", "More seeds"},
                 .rows = {}};
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      const Cell& cell = table.cells[row][column];
      if (!isShown(cell, options)) continue;
      const Comparison* const found = options.measured ? cell.comparison.get() : nullptr;
      const auto mean = cell.mean();
      const bool both = options.measured && options.paper && cell.paper && mean;
      grid.rows.push_back(
          {table.rows[row], table.columns[column],
           cellText(table, row, column, {.paper = false, .measured = options.measured}),
           options.paper && cell.paper ? fmt::format("{:.{}f}", *cell.paper, table.digitsOf(column)) : "-",
           both ? fmt::format("{:+.2f}", *mean - *cell.paper) : "-",
           found ? differenceText(found->difference, table.measuredDigits(column)) : "-",
           found && found->adjusted ? fmt::format("{:.3f}", *found->adjusted) : "-",
           !found || !found->difference.p ? "-"
           : found->difference.isPaired   ? "paired"
                                          : "Welch",
           found && found->difference.p ? adviceText(found->difference, cell.values.size()) : "-"});
    }
  return grid;
}

/// With the runs of each cell, so that it can be told later which have changed.
std::string latexOf(const Table& table, const TableOptions& options) {
  TableGrid grid = gridOf(table, options, false);  // LaTeX puts "Table N:" of its own before a caption
  if (options.measured) grid.comments = provenance(table);
  return latex(grid);
}

}  // namespace

TableFormat tableFormatFromName(std::string_view name) {
  if (name == "text" || name == "txt") return TableFormat::text;
  if (name == "csv") return TableFormat::csv;
  if (name == "md") return TableFormat::markdown;
  if (name == "tex") return TableFormat::latex;
  if (name == "xlsx") return TableFormat::xlsx;
  throw UsageError(fmt::format("unknown format '{}'; known: text csv md tex xlsx{}", quotable(name),
                               suggestion(name, {"text", "csv", "md", "tex", "xlsx"})));
}

const std::vector<std::string>& tableForms() {
  static const std::vector<std::string> forms{"txt", "csv", "md", "tex", "xlsx"};
  return forms;
}

std::string write(const Table& table, TableFormat format, const TableOptions& options) {
  switch (format) {
    case TableFormat::csv: return csv(table, options);
    case TableFormat::markdown: return markdown(gridOf(table, options));
    case TableFormat::latex: return latexOf(table, options);
    case TableFormat::xlsx: {
      std::vector<Sheet> sheets{layoutSheet(table, options), cellsSheet(table, options)};
      if (options.measured) sheets.push_back(runsSheet(table));
      return xlsx(sheets);
    }
    case TableFormat::text: break;
  }
  return plainText(gridOf(table, options));
}

std::string writeCells(const Table& table, TableFormat format, const TableOptions& options) {
  switch (format) {
    case TableFormat::csv: return csv(cellsSheet(table, options));
    case TableFormat::markdown: return markdown(cellsGrid(table, options));
    case TableFormat::latex: return latex(cellsGrid(table, options));
    case TableFormat::xlsx: return xlsx({cellsSheet(table, options)});
    case TableFormat::text: break;
  }
  return plainText(cellsGrid(table, options));
}

}  // namespace uada
