#include "core/tables/Table.h"

#include <fmt/core.h>

#include <filesystem>

#include "app/cli/CommandLine.h"
#include "app/cli/Comparisons.h"
#include "app/cli/Console.h"
#include "app/cli/RunText.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/tables/TableCheck.h"

namespace uada::cli {
namespace {

constexpr int kNone = -1;
constexpr std::size_t kMostBytes = 64 << 20;  // of a file that is checked

struct Options {
  int number = kNone;
  std::string format, out;  ///< format: text, csv, md, tex or xlsx; empty: by the ending of out, else text
  std::string epoch, check;
  bool paper = false, measured = false;  ///< neither: both
  bool cells = false, explains = false;
  std::string project = kDefaultProject;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("NUMBER", options.number, "Table of the paper ('uada list tables')");
  verb.text("--format", "NAME", options.format,
            "text, csv, md, tex or xlsx; default: by the ending of FILE, else text");
  verb.text("--out", "FILE", options.out, "File to write; default: standard output");
  verb.text("--epoch", "NAME", options.epoch,
            "best: the test after the best epoch, as the paper, which selects on the test set; or last")
      .usual("best");
  verb.flag("--paper", options.paper, "Only the published numbers");
  verb.flag("--measured", options.measured, "Only the measured numbers");
  verb.flag("--cells", options.cells,
            "A line for each cell: differences with interval and p, seeds that are still needed, runs");
  verb.flag("--explain", options.explains, "With all of how cells are made under the table");
  verb.text(
      "--check", "FILE.tex", options.check,
      "Say which cells of an exported table are no longer what this project has; exit code 1 if any is");
  verb.project(options.project);
}

Json number(std::optional<double> value) { return value ? Json(*value) : Json(); }

void addMeasured(Json& json, const Cell& cell) {
  json["mean"] = number(cell.mean());
  json["sd"] = number(cell.spread());
  json["n"] = static_cast<std::int64_t>(cell.values.size());
  json["runs"] = Json::array();
  for (const std::int64_t run : cell.runs) json["runs"].push(run);
  json["diverged"] = static_cast<std::int64_t>(cell.diverged.size());
  json["best"] = cell.isBest;
  if (!cell.comparison) return;
  const Difference& difference = cell.comparison->difference;
  json["difference"] = differenceJson(difference);
  json["difference"]["p_holm"] = number(cell.comparison->adjusted);
  const auto needed = seedsFor(difference);
  json["seeds_for_80_percent_power"] = needed ? Json(*needed) : Json();
}

/// One object a cell.
void writeObjects(const Console& console, const Table& table, const TableOptions& shown) {
  for (std::size_t r = 0; r < table.rows.size(); ++r)
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const Cell& cell = table.cells[r][c];
      Json json = Json::Object{{"table", table.number},
                               {"row", table.rows[r]},
                               {"column", table.columns[c]},
                               {"metric", table.metric},
                               {"unit", table.unit}};
      if (shown.measured && cell.isMeasured()) addMeasured(json, cell);
      if (shown.paper) json["paper"] = number(cell.paper);
      if (json.find("mean") || json.find("paper")) console.object("cell", json);
    }
}

const char* stateName(CheckedCell::State state) {
  switch (state) {
    case CheckedCell::State::changed: return "changed";
    case CheckedCell::State::gone: return "gone";
    case CheckedCell::State::added: return "added";
    case CheckedCell::State::same: break;
  }
  return "same";
}

int performCheck(const Options& options, const Console& console) {
  if (options.number != kNone) throw UsageError("--check takes the table from its FILE, not a NUMBER");
  const ProjectReader project(options.project);
  const auto tables = checkTables(readTextFile(options.check, kMostBytes), options.check, project);
  noteRemarks(project, console);
  bool isSame = true;
  for (const CheckedTable& table : tables)
    for (const CheckedCell& cell : table.cells) {
      isSame = isSame && cell.state == CheckedCell::State::same;
      console.object("checked", Json::Object{{"table", table.number},
                                             {"row", cell.row},
                                             {"column", cell.column},
                                             {"state", stateName(cell.state)},
                                             {"was", cell.was},
                                             {"is", cell.is}});
    }
  console.say(checkText(tables));
  return isSame ? 0 : 1;
}

Table measured(const TableEntry& entry, Epoch epoch, const std::string& file, const Console& console) {
  const ProjectReader project(file);
  Table table = entry.make(project, epoch);
  noteRemarks(project, console);
  return table;
}

int perform(const Options& options) {
  const Console console(options.json);
  if (!options.check.empty()) return performCheck(options, console);
  if (options.number == kNone) throw UsageError("NUMBER is required; 'uada list tables' names the tables");
  const TableEntry& entry = findTable(options.number);
  const TableFormat format = tableOutput(options.out, options.format, options.project);
  const Epoch epoch = options.epoch.empty() ? Epoch::best : epochFromName(options.epoch);
  TableOptions shown{.explains = options.explains};
  if (options.paper != options.measured) {
    shown.paper = options.paper;
    shown.measured = options.measured;
  }
  // The published numbers alone need no project.
  const bool alone = !shown.measured && !std::filesystem::exists(options.project);
  const Table table = alone ? entry.published() : measured(entry, epoch, options.project, console);
  if (options.json) writeObjects(console, table, shown);
  writeTable(options.cells ? writeCells(table, format, shown) : write(table, format, shown), options.out,
             table.title, console);
  return 0;
}

}  // namespace

void addTable(Verbs& verbs) {
  verbs.add(
      {"table", "Fill in a table of the paper from the project's finished runs",
       "The ending of FILE is its form: .txt, .csv, .md, .tex or .xlsx. A table written as .tex names the\n"
       "runs of its cells in comments, which --check compares with what the project has by then.\n"
       "Example: uada table 2 --out table2.tex\n"
       "         uada table --check table2.tex"},
      describe, perform);
}

}  // namespace uada::cli
