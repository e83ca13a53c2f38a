#include "core/tables/TableCheck.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/tables/Grid.h"

namespace uada {
namespace {

constexpr std::string_view kMark = "% uada {";
constexpr std::size_t kHashDigits = 16;

const char* nameOf(Epoch epoch) { return epoch == Epoch::best ? "best" : "last"; }

/// Of what a cell says: its runs in the order of their keys, and their values.
std::string contentHash(const Table& table, const Cell& cell, std::size_t column) {
  std::vector<std::pair<std::string, std::string>> runs;
  for (std::size_t i = 0; i < cell.values.size(); ++i)
    runs.emplace_back(i < cell.keys.size() ? cell.keys[i] : "", csvNumber(cell.values[i]));
  std::ranges::sort(runs);
  std::string text =
      fmt::format("{}\n{}\n{} diverged\n", table.name, table.metricOf(column), cell.diverged.size());
  for (const auto& [key, value] : runs) text += key + ' ' + value + '\n';
  return sha256(text).substr(0, kHashDigits);
}

std::string toldText(std::optional<double> mean, std::int64_t n) {
  return mean ? fmt::format("{:.2f}, n {}", *mean, n) : fmt::format("no number, n {}", n);
}

std::string toldText(const Cell& cell) {
  return toldText(cell.mean(), static_cast<std::int64_t>(cell.values.size()));
}

/// A cell of the file.
struct Exported {
  std::string row, column, hash, told;
  std::optional<std::string> reference;  ///< none: the file does not say
};
/// By table, as makeTable() takes it, and epoch.
using All = std::map<std::pair<std::string, Epoch>, std::vector<Exported>>;

std::string referenceOf(const Table& table) {
  return table.reference < 0 ? "" : table.rows[static_cast<std::size_t>(table.reference)];
}

/// A table of the paper by its number, an own one by its name.
Json whichJson(const Table& table) { return table.isOwn() ? Json(table.name) : Json(table.number); }

All exportedIn(const std::string& latex, const std::string& file) {
  All all;
  int number = 0;
  for (std::size_t start = 0; start < latex.size();) {
    const std::size_t end = std::min(latex.find('\n', start), latex.size());
    std::string_view line(latex.data() + start, end - start);
    start = end + 1;
    ++number;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (!line.starts_with(kMark)) continue;
    const std::string where = fmt::format("{}: line {}", file, number);
    const Json json = parseJson(std::string(line.substr(kMark.size() - 1)), where);
    const Json *mean = json.find("mean"), *table = json.find("table"), *epoch = json.find("epoch"),
               *row = json.find("row"), *column = json.find("column"), *n = json.find("n"),
               *hash = json.find("hash");
    if (!mean || !table || !epoch || !row || !column || !n || !hash)
      throw Error(
          fmt::format("{}: the comment names no cell: table, epoch, row, column, mean, n and hash expected; "
                      "export the table again",
                      where));
    const Json* const reference = json.find("reference");
    const std::string which = table->isInt() ? std::to_string(table->asInt()) : table->asString();
    all[{which, epochFromName(epoch->asString())}].push_back(
        {row->asString(), column->asString(), hash->asString(),
         toldText(mean->isNull() ? std::nullopt : std::optional(mean->asDouble()), n->asInt()),
         reference ? std::optional(reference->asString()) : std::nullopt});
  }
  return all;
}

using Place = std::pair<std::string, std::string>;  ///< row and column

/// The measured cells of a table, by their names, and by what they say: names of rows and columns that are
/// not the paper's change when something else is trained.
struct Measured {
  struct Is {
    const Cell* cell;
    std::string hash;
  };
  std::map<Place, Is> byName;
  std::map<std::string, Place> byHash;

  explicit Measured(const Table& table) {
    for (std::size_t row = 0; row < table.rows.size(); ++row)
      for (std::size_t column = 0; column < table.columns.size(); ++column) {
        const Cell& cell = table.cells[row][column];
        if (!cell.isMeasured()) continue;
        const Place place{table.rows[row], table.columns[column]};
        const std::string hash = contentHash(table, cell, column);
        byName.emplace(place, Is{&cell, hash});
        byHash.emplace(hash, place);
      }
  }
};

CheckedTable checked(const std::vector<Exported>& cells, const Table& now) {
  CheckedTable result{now.number, now.name, now.epoch.value_or(Epoch::best), {}, {}, {}};
  result.referenceIs = referenceOf(now);
  result.referenceWas = cells.front().reference.value_or(result.referenceIs);
  const Measured measured(now);
  std::set<Place> seen;
  for (const Exported& was : cells) {
    CheckedCell cell{CheckedCell::State::gone, was.row, was.column, was.told, {}};
    const auto renamed = measured.byHash.find(was.hash);
    if (const auto is = measured.byName.find({was.row, was.column}); is != measured.byName.end()) {
      cell.state = is->second.hash == was.hash ? CheckedCell::State::same : CheckedCell::State::changed;
      cell.is = toldText(*is->second.cell);
      seen.insert(is->first);
    } else if (renamed != measured.byHash.end()) {
      cell.state = CheckedCell::State::same;
      cell.is = was.told;
      seen.insert(renamed->second);
    }
    result.cells.push_back(std::move(cell));
  }
  for (const auto& [place, is] : measured.byName)
    if (!seen.contains(place))
      result.cells.push_back({CheckedCell::State::added, place.first, place.second, {}, toldText(*is.cell)});
  return result;
}

std::string lineOf(const CheckedCell& cell) {
  const std::string place = cell.row + " / " + cell.column;
  switch (cell.state) {
    case CheckedCell::State::changed:
      return fmt::format("  {}: changed, was {}, is {}\n", place, cell.was, cell.is);
    case CheckedCell::State::gone:
      return fmt::format("  {}: was {}, is not measured in this project\n", place, cell.was);
    case CheckedCell::State::added:
      return fmt::format("  {}: measured by now, {}, and not in the file\n", place, cell.is);
    case CheckedCell::State::same: break;
  }
  return "";
}

}  // namespace

std::vector<std::string> provenance(const Table& table) {
  std::vector<std::string> lines;
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      const Cell& cell = table.cells[row][column];
      if (!cell.isMeasured()) continue;
      Json runs = Json::array();
      for (const std::string& key : cell.keys) runs.push(key);
      const auto mean = cell.mean();
      Json json = Json::Object{{"table", whichJson(table)},
                               {"epoch", nameOf(table.epoch.value_or(Epoch::best))},
                               {"row", table.rows[row]},
                               {"column", table.columns[column]},
                               {"mean", mean ? Json(*mean) : Json()},
                               {"n", static_cast<std::int64_t>(cell.values.size())}};
      if (table.isOwn()) json["reference"] = referenceOf(table);
      json["runs"] = runs;
      json["hash"] = contentHash(table, cell, column);
      lines.push_back("uada " + json.dump());
    }
  return lines;
}

std::string CheckedTable::title() const {
  return number > 0 ? fmt::format("Table {}", number) : fmt::format("Table '{}'", oneLine(name));
}

std::size_t CheckedTable::count(CheckedCell::State state) const {
  return static_cast<std::size_t>(std::ranges::count(cells, state, &CheckedCell::state));
}

bool CheckedTable::isSame() const {
  return count(CheckedCell::State::same) == cells.size() && referenceWas == referenceIs;
}

std::vector<CheckedTable> checkTables(const std::string& latex, const std::string& file,
                                      const ProjectReader& project) {
  const All all = exportedIn(latex, file);
  if (all.empty())
    throw Error(
        fmt::format("'{}' has no comments that name the runs of its cells; a table that 'uada table N --out "
                    "FILE.tex' or the window has written was expected",
                    file));
  std::vector<CheckedTable> tables;
  for (const auto& [which, cells] : all)
    tables.push_back(checked(cells, makeTable(project, which.first, which.second)));
  return tables;
}

std::string checkText(const std::vector<CheckedTable>& tables) {
  std::string text;
  for (const CheckedTable& table : tables) {
    const std::size_t same = table.count(CheckedCell::State::same);
    const std::size_t inFile = table.cells.size() - table.count(CheckedCell::State::added);
    text += fmt::format("{}: {} of {} measured cells are as in the project\n", table.title(), same, inFile);
    if (table.referenceWas != table.referenceIs) {
      const auto told = [](const std::string& row) { return row.empty() ? "nothing" : oneLine(row); };
      text += fmt::format("  was compared with {}, is with {}\n", told(table.referenceWas),
                          told(table.referenceIs));
    }
    for (const CheckedCell& cell : table.cells) text += lineOf(cell);
  }
  return text;
}

}  // namespace uada
