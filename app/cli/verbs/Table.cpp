#include "core/tables/Table.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "app/cli/CommandLine.h"
#include "app/cli/Comparisons.h"
#include "app/cli/Console.h"
#include "app/cli/RunText.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/tables/OwnTable.h"
#include "core/tables/TableCheck.h"

namespace uada::cli {
namespace {

constexpr std::size_t kMostBytes = 64 << 20;  // of a file that is checked

struct Options {
  std::string which;        ///< a number, or the name of an own table
  std::string format, out;  ///< format: text, csv, md, tex or xlsx; empty: by the ending of out, else text
  std::string epoch, check;
  bool paper = false, measured = false;  ///< neither: both
  bool cells = false, explains = false;
  std::string rows, columns, values, where;  ///< of an own table that is made and kept
  std::string reference;                     ///< of that, or of one that is there
  bool isRemoved = false;
  std::string project = kDefaultProject;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("TABLE", options.which,
                "Number of a table of the paper, or name of one of the project's own ('uada list tables')");
  verb.text("--format", "NAME", options.format,
            "text, csv, md, tex or xlsx; default: by the ending of FILE, else text");
  verb.text("--out", "FILE", options.out, "File to write; default: standard output");
  verb.text("--epoch", "NAME", options.epoch,
            "best: the test after the best epoch, as the paper, which selects on the test set; last; or "
            "both, side "
            "by side")
      .usual("best");
  verb.flag("--paper", options.paper, "Only the published numbers");
  verb.flag("--measured", options.measured, "Only the measured numbers");
  verb.flag("--cells", options.cells,
            "A line for each cell: differences with interval and p, seeds that are still needed, runs");
  verb.flag("--explain", options.explains, "With all of how cells are made under the table");
  verb.text(
      "--check", "FILE.tex", options.check,
      "Say which cells of an exported table are no longer what this project has; exit code 1 if any is");
  verb.text("--rows", "KEYS", options.rows, "Make and keep the own table TABLE: keys of its rows, by comma");
  verb.text("--columns", "KEYS", options.columns, "Keys of its columns, by comma");
  verb.text("--values", "NAMES", options.values, "What its cells say, by comma; default: metric");
  verb.text("--where", "QUERY", options.where, "Of which runs it is: see 'uada runs --help'");
  verb.text("--reference", "ROW", options.reference,
            "The row of the own table TABLE that the others are compared with, or none; alone it changes a "
            "table that is there");
  verb.flag("--remove", options.isRemoved, "Remove the own table TABLE; its runs stay");
  verb.project(options.project);
}

Json number(std::optional<double> value) { return value ? Json(*value) : Json(); }

void addMixture(Json& json, const Mixture& mixture) {
  json = Json::Object{{"configurations", static_cast<std::int64_t>(mixture.configurations)},
                      {"machines", static_cast<std::int64_t>(mixture.machines)}};
  Json& differing = json["differing"] = Json::object();
  for (const auto& [key, values] : mixture.differing)
    for (const std::string& value : values) differing[key].push(value);
}

/// A table of the paper by its number, an own one by its name.
Json whichJson(int number, const std::string& name) { return number > 0 ? Json(number) : Json(name); }

void addMeasured(Json& json, const Table& table, const Cell& cell) {
  json["mean"] = number(cell.mean());
  json["sd"] = number(cell.spread());
  json["n"] = static_cast<std::int64_t>(cell.values.size());
  json["runs"] = Json::array();
  for (const std::int64_t run : cell.runs) json["runs"].push(run);
  json["diverged"] = static_cast<std::int64_t>(cell.diverged.size());
  json["best"] = cell.isBest;
  if (cell.mixture) addMixture(json["mixes"], *cell.mixture);
  if (!cell.comparison) return;
  const Difference& difference = cell.comparison->difference;
  json["difference"] = differenceJson(difference);
  json["difference"]["p_holm"] = number(cell.comparison->adjusted);
  json["difference"]["reference"] = table.rows[static_cast<std::size_t>(table.reference)];
  const auto needed = seedsFor(difference);
  json["seeds_for_80_percent_power"] = needed ? Json(*needed) : Json();
}

/// One object a cell.
void writeObjects(const Console& console, const Table& table, const TableOptions& shown) {
  for (std::size_t r = 0; r < table.rows.size(); ++r)
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const Cell& cell = table.cells[r][c];
      Json json = Json::Object{{"table", whichJson(table.number, table.name)},
                               {"row", table.rows[r]},
                               {"column", table.columns[c]},
                               {"metric", table.metricOf(c)},
                               {"unit", table.unitOf(c)}};
      if (const auto epoch = table.epochOf(c)) json["epoch"] = epochName(*epoch);
      if (shown.measured && cell.isMeasured()) addMeasured(json, table, cell);
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
  if (!options.which.empty()) throw UsageError("--check takes the table from its FILE: name no TABLE");
  const ProjectReader project(options.project);
  const auto tables = checkTables(readTextFile(options.check, kMostBytes), options.check, project);
  noteRemarks(project, console);
  bool isSame = true;
  for (const CheckedTable& table : tables) {
    isSame = isSame && table.isSame();
    for (const CheckedCell& cell : table.cells)
      console.object("checked", Json::Object{{"table", whichJson(table.number, table.name)},
                                             {"epoch", epochName(table.epoch)},
                                             {"row", cell.row},
                                             {"column", cell.column},
                                             {"state", stateName(cell.state)},
                                             {"was", cell.was},
                                             {"is", cell.is}});
  }
  console.say(checkText(tables));
  return isSame ? 0 : 1;
}

std::vector<std::string> split(const std::string& names) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start < names.size();) {
    const std::size_t end = std::min(names.find(',', start), names.size());
    const std::string part = names.substr(start, end - start);
    const std::size_t first = part.find_first_not_of(' ');
    if (first != std::string::npos)
      parts.push_back(part.substr(first, part.find_last_not_of(' ') + 1 - first));
    start = end + 1;
  }
  return parts;
}

bool isDefined(const Options& options) {
  return !options.rows.empty() || !options.columns.empty() || !options.values.empty() ||
         !options.where.empty();
}

bool isMade(const Options& options) { return isDefined(options) || !options.reference.empty(); }

/// What the options define; the reference alone is that of a table which is there.
OwnTable definedBy(const Options& options, const ProjectReader& project) {
  if (!isDefined(options)) {
    checkTableName(options.which);
    return findOwnTable(project, options.which);
  }
  OwnTable table{.name = options.which, .where = options.where};
  table.rows = split(options.rows);
  table.columns = split(options.columns);
  if (!options.values.empty()) table.values = split(options.values);
  return table;
}

/// Keeps the own table that the options define, once it can be filled.
void keep(const Options& options) {
  StoredTable kept;
  {
    const ProjectReader project(options.project);
    OwnTable table = definedBy(options, project);
    if (!options.reference.empty()) table.reference = options.reference;
    const Table made = makeOwnTable(table, project, Epoch::best);
    // A row may be called so, too.
    if (options.reference == "none" && made.reference < 0) table.reference.clear();
    checkReference(table, made);
    kept = stored(table, project);
  }
  ProjectWriter(options.project).keepTable(kept);
}

int remove(const Options& options, const Console& console) {
  if (isMade(options))
    throw UsageError("--remove goes with none of --rows, --columns, --values, --where and --reference");
  checkTableName(options.which);
  findOwnTable(ProjectReader(options.project), options.which);
  ProjectWriter(options.project).removeTable(options.which);
  console.note(fmt::format("removed the table '{}'; its runs stay", options.which));
  return 0;
}

Table measured(const Options& options, const Console& console) {
  const Epoch epoch = options.epoch.empty() ? Epoch::best : epochFromName(options.epoch);
  const ProjectReader project(options.project);
  Table table = makeTable(project, options.which, epoch);
  noteRemarks(project, console);
  return table;
}

TableOptions shownOf(const Options& options) {
  TableOptions shown{.explains = options.explains};
  if (options.paper != options.measured) {
    shown.paper = options.paper;
    shown.measured = options.measured;
  }
  return shown;
}

int perform(const Options& options) {
  const Console console(options.json);
  if (!options.check.empty()) return performCheck(options, console);
  if (options.which.empty()) throw UsageError("TABLE is required; 'uada list tables' names the tables");
  if (options.isRemoved) return remove(options, console);
  const TableEntry* const entry = numberedTable(options.which);
  const TableFormat format = tableOutput(options.out, options.format, options.project);
  if (!options.epoch.empty()) epochFromName(options.epoch);
  if (isMade(options)) keep(options);
  const TableOptions shown = shownOf(options);
  // The published numbers alone need no project.
  const bool alone = entry && !shown.measured && !std::filesystem::exists(options.project);
  const Table table = alone ? entry->published() : measured(options, console);
  if (options.json) writeObjects(console, table, shown);
  writeTable(options.cells ? writeCells(table, format, shown) : write(table, format, shown), options.out,
             table.title, console);
  return 0;
}

}  // namespace

void addTable(Verbs& verbs) {
  verbs.add(
      {"table", "Fill in a table, of the paper or an own one, from the project's finished runs",
       "The ending of FILE is its form: .txt, .csv, .md, .tex or .xlsx. A table written as .tex names the\n"
       "runs of its cells in comments, which --check compares with what the project has by then.\n"
       "An own table is kept in the project under its name. Keys: variant (the method with its settings),\n"
       "recipe, columns of the list of runs, settings. Values: metric, best, last, seconds, forwards, "
       "chains,\n"
       "time_ratio, forward_ratio, chain_ratio, runs, or a metric of the test such as top5. Where the runs "
       "of a\n"
       "cell differ in more than the seed it says that it mixes them, and in what.\n"
       "Example: uada table 2 --out table2.tex\n"
       "         uada table --check table2.tex\n"
       "         uada table widths --rows variant --columns model.width --values metric,seconds --reference "
       "UADA"},
      describe, perform);
}

}  // namespace uada::cli
