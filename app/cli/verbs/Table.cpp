#include "core/tables/Table.h"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/Files.h"
#include "app/cli/RunText.h"
#include "core/base/Endings.h"
#include "core/base/Error.h"
#include "core/base/Files.h"

namespace uada::cli {
namespace {

struct Options {
  int number = 0;
  std::string format, out;  ///< format: text, csv, md or tex; empty: by the ending of out, else text
  bool paper = false, measured = false;  ///< neither: both
  std::string project = kDefaultProject;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("NUMBER", options.number, "Table of the paper ('uada list tables')").required();
  verb.text("--format", "NAME", options.format,
            "text, csv, md or tex; default: by the ending of FILE, else text");
  verb.text("--out", "FILE", options.out, "File to write; default: standard output");
  verb.flag("--paper", options.paper, "Only the published numbers");
  verb.flag("--measured", options.measured, "Only the measured numbers");
  verb.project(options.project);
}

Json number(std::optional<double> value) { return value ? Json(*value) : Json(); }

/// One object a cell and source, with the columns of the CSV form.
void writeObjects(const Console& console, const Table& table, const TableOptions& shown) {
  for (std::size_t r = 0; r < table.rows.size(); ++r)
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const Cell& cell = table.cells[r][c];
      Json json = Json::Object{{"table", table.number},
                               {"row", table.rows[r]},
                               {"column", table.columns[c]},
                               {"metric", table.metric},
                               {"unit", table.unit}};
      if (shown.measured && cell.isMeasured()) {
        json["mean"] = number(cell.mean());
        json["sd"] = number(cell.spread());
        json["n"] = static_cast<std::int64_t>(cell.values.size());
        json["runs"] = Json::array();
        for (const std::int64_t run : cell.runs) json["runs"].push(run);
        json["diverged"] = static_cast<std::int64_t>(cell.diverged.size());
      }
      if (shown.paper) json["paper"] = number(cell.paper);
      if (json.find("mean") || json.find("paper")) console.object("cell", json);
    }
}

/// The published numbers alone need no project: then it is made from an empty one.
Table published(const TableEntry& entry) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / fmt::format("uada-table-{}", ::getpid());
  fs::create_directories(folder);
  struct Removed {
    fs::path folder;
    ~Removed() {
      std::error_code ignored;
      fs::remove_all(folder, ignored);
    }
  } removed{folder};
  const fs::path file = folder / "empty.uada";
  {
    ProjectWriter create(file);
  }
  return entry.make(ProjectReader(file));
}

Table measured(const TableEntry& entry, const std::string& file, const Console& console) {
  const ProjectReader project(file);
  Table table = entry.make(project);
  noteRemarks(project, console);
  return table;
}

int perform(const Options& options) {
  const Console console(options.json);
  const TableEntry& entry = findTable(options.number);
  if (!options.out.empty()) requireNotOfProject(options.out, options.project);
  const TableFormat format =
      tableFormatFromName(options.out.empty() ? formOf(tableForms(), options.format)
                                              : formOf(options.out, "a table", tableForms(), options.format));
  TableOptions shown;
  if (options.paper != options.measured) {
    shown.paper = options.paper;
    shown.measured = options.measured;
  }
  const bool alone = !shown.measured && !std::filesystem::exists(options.project);
  const Table table = alone ? published(entry) : measured(entry, options.project, console);
  if (options.json) writeObjects(console, table, shown);
  const std::string text = write(table, format, shown);
  if (options.out.empty()) {
    console.say(text);
    return 0;
  }
  writeFileAtomically(options.out, text);
  console.note(fmt::format("{}: {}", options.out, table.title));
  return 0;
}

}  // namespace

void addTable(Verbs& verbs) {
  verbs.add({"table", "Fill in a table of the paper from the project's finished runs",
             "The ending of FILE is its form: .txt, .csv, .md or .tex.\n"
             "Example: uada table 2 --out table2.tex"},
            describe, perform);
}

}  // namespace uada::cli
