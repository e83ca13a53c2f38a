#include "app/cli/bench/OpsTable.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

#include "core/base/Text.h"

namespace uada::cli {
namespace {

using Align = TextTable::Align;

/// An operation's lines by size.
using Row = std::map<int, const BenchLine*>;

/// What stands in one column for a line; not asked where there is no line.
struct Cell {
  const char* title;
  std::string (*text)(const BenchLine&);
};
constexpr Cell kCells[] = {
    {"us", [](const BenchLine& l) { return valueText(l.result.value); }},
    {"+- %", [](const BenchLine& l) { return spreadText(l.result.value, l.low, l.high); }},
    {"x memcpy", [](const BenchLine& l) { return valueText(l.timesMemcpy); }},
    {"x Pillow", [](const BenchLine& l) { return valueText(l.result.ratio); }}};

/// "all identical", or what is not: "32: 5 of 3072 bytes differ".
std::string together(const Row& row, std::string BenchLine::* part, const std::string& usual) {
  std::vector<std::string> others;
  bool any = false;
  for (const auto& [side, line] : row) {
    const std::string& text = line->*part;
    any = any || !text.empty();
    if (!text.empty() && text != usual) others.push_back(fmt::format("{}: {}", side, text));
  }
  if (!any) return "";
  return others.empty() ? usual : joined(others, ", ");
}

std::string targetOf(const Row& row) {
  const std::string& target = row.begin()->second->target;
  return target.empty() ? "" : target + ": " + together(row, &BenchLine::met, "met");
}

std::vector<int> sidesOf(const std::vector<std::pair<std::string, Row>>& rows) {
  std::vector<int> sides;
  for (const auto& [name, row] : rows)
    for (const auto& [side, line] : row)
      if (std::find(sides.begin(), sides.end(), side) == sides.end()) sides.push_back(side);
  std::sort(sides.begin(), sides.end());
  return sides;
}

/// By operation, in the order they came.
std::vector<std::pair<std::string, Row>> rowsOf(const std::vector<BenchLine>& lines) {
  std::vector<std::pair<std::string, Row>> rows;
  for (const BenchLine& line : lines) {
    if (!isOfOp(line)) continue;
    const std::size_t dot = line.result.name.rfind('.');
    const std::string name = line.result.name.substr(0, dot);
    auto known = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.first == name; });
    if (known == rows.end()) known = rows.insert(rows.end(), {name, {}});
    known->second[std::stoi(line.result.name.substr(dot + 1))] = &line;
  }
  return rows;
}

}  // namespace

std::string valueText(double value) {
  if (value == 0) return "";
  return value >= 1'000 ? groupedText(std::llround(value)) : fmt::format("{:#.4g}", value);
}

std::string spreadText(double median, double low, double high) {
  return high == 0 ? "" : fmt::format("{:.1f}", 50 * (high - low) / median);
}

bool isOfOp(const BenchLine& line) { return line.result.name.starts_with("op."); }

std::string opsTable(const std::vector<BenchLine>& lines) {
  const auto rows = rowsOf(lines);
  if (rows.empty()) return "";
  const bool compared = std::any_of(lines.begin(), lines.end(),
                                    [](const BenchLine& l) { return isOfOp(l) && l.result.ratio != 0; });
  const std::span<const Cell> cells = std::span(kCells).first(compared ? 4 : 3);
  const std::vector<int> sides = sidesOf(rows);
  std::vector<TextTable::Column> columns{{"operation"}};
  for (const int side : sides)
    for (const Cell& cell : cells)
      columns.push_back({&cell == cells.data() ? fmt::format("{} px, us", side) : cell.title, Align::right});
  columns.push_back({compared ? "output" : ""});
  columns.push_back({"target"});
  TextTable table(std::move(columns));
  for (const auto& [name, row] : rows) {
    std::vector<std::string> texts{name};
    for (const int side : sides)
      for (const Cell& cell : cells) texts.push_back(row.contains(side) ? cell.text(*row.at(side)) : "");
    texts.push_back(together(row, &BenchLine::output, "identical"));
    texts.push_back(targetOf(row));
    table.add(std::move(texts));
  }
  return table.text();
}

}  // namespace uada::cli
