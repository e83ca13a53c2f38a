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

/// Of seeds that diverged; "": there are none.
std::string divergedText(std::size_t count) { return count == 0 ? "" : fmt::format(", {} diverged", count); }

std::string toldText(const Cell& cell) {
  return toldText(cell.mean(), static_cast<std::int64_t>(cell.values.size())) +
         divergedText(cell.diverged.size());
}

/// A cell of the file.
struct Exported {
  std::string row, column, hash, told;
  std::optional<std::string> reference;  ///< none: the file does not say
  std::vector<std::string> keys;         ///< of its runs
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
    const Json *const reference = json.find("reference"), *const diverged = json.find("diverged");
    std::vector<std::string> keys;
    for (const char* member : {"runs", "diverged"})
      if (const Json* runs = json.find(member); runs && runs->isArray())
        for (const Json& key : runs->asArray())
          if (key.isString()) keys.push_back(key.asString());
    const std::string which = table->isInt() ? std::to_string(table->asInt()) : table->asString();
    all[{which, epochFromName(epoch->asString())}].push_back(
        {row->asString(), column->asString(), hash->asString(),
         toldText(mean->isNull() ? std::nullopt : std::optional(mean->asDouble()), n->asInt()) +
             divergedText(diverged && diverged->isArray() ? diverged->asArray().size() : 0),
         reference ? std::optional(reference->asString()) : std::nullopt, std::move(keys)});
  }
  return all;
}

using Place = std::pair<std::string, std::string>;  ///< row and column

/// The measured cells of a table, by their names, and by what they say and their runs: names of rows and
/// columns that are not the paper's change when something else is trained.
struct Measured {
  struct Is {
    const Cell* cell;
    std::string hash;
  };
  std::map<Place, Is> byName;
  std::map<std::string, Place> byHash;
  std::multimap<std::string, Place> byRun;  ///< by its key; those that diverged, too

  explicit Measured(const Table& table) {
    for (std::size_t row = 0; row < table.rows.size(); ++row)
      for (std::size_t column = 0; column < table.columns.size(); ++column) {
        const Cell& cell = table.cells[row][column];
        if (!cell.isMeasured()) continue;
        const Place place{table.rows[row], table.columns[column]};
        const std::string hash = contentHash(table, cell, column);
        byName.emplace(place, Is{&cell, hash});
        byHash.emplace(hash, place);
        for (const auto& keys : {cell.keys, cell.divergedKeys})
          for (const std::string& key : keys) byRun.emplace(key, place);
      }
  }
  /// Where a cell of a file stands now: with what it says, else under its names if none of its runs is
  /// elsewhere, else where these are, which may have diverged since.
  const Place* find(const Exported& was) const {
    const auto named = byName.find({was.row, was.column});
    if (named != byName.end() && named->second.hash == was.hash) return &named->first;
    if (const auto same = byHash.find(was.hash); same != byHash.end()) return &same->second;
    const Place* const here = named == byName.end() ? nullptr : &named->first;
    const Place* other = nullptr;
    const auto isNear = [&](const Place& place) {
      return place.first == was.row || place.second == was.column;
    };
    for (const std::string& key : was.keys) {
      const auto [first, end] = byRun.equal_range(key);
      for (auto run = first; run != end; ++run) {
        if (here && run->second == *here) return here;
        if (!other || (isNear(run->second) && !isNear(*other))) other = &run->second;
      }
    }
    return other ? other : here;
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
    if (const Place* const place = measured.find(was)) {
      const Measured::Is& is = measured.byName.at(*place);
      cell.state = is.hash == was.hash ? CheckedCell::State::same : CheckedCell::State::changed;
      cell.is = is.hash == was.hash && *place != Place{was.row, was.column} ? was.told : toldText(*is.cell);
      seen.insert(*place);
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
      Json runs = Json::array(), diverged = Json::array();
      for (const std::string& key : cell.keys) runs.push(key);
      for (const std::string& key : cell.divergedKeys) diverged.push(key);
      const auto mean = cell.mean();
      Json json = Json::Object{{"table", whichJson(table)},
                               {"epoch", epochName(table.epochOf(column).value_or(Epoch::best))},
                               {"row", table.rows[row]},
                               {"column", table.nameAlone(column)},
                               {"mean", mean ? Json(*mean) : Json()},
                               {"n", static_cast<std::int64_t>(cell.values.size())}};
      if (table.isOwn()) json["reference"] = referenceOf(table);
      json["runs"] = runs;
      if (!cell.divergedKeys.empty()) json["diverged"] = diverged;
      json["hash"] = contentHash(table, cell, column);
      lines.push_back("uada " + json.dump());
    }
  return lines;
}

std::string CheckedTable::title() const {
  return (number > 0 ? fmt::format("Table {}", number) : fmt::format("Table '{}'", oneLine(name))) +
         (epoch == Epoch::last ? ", last epoch" : "");
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
