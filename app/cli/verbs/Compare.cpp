#include <fmt/core.h>

#include "app/cli/CommandLine.h"
#include "app/cli/Comparisons.h"
#include "app/cli/Console.h"
#include "app/cli/Files.h"
#include "app/cli/RunText.h"
#include "core/base/Endings.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/tables/Listing.h"
#include "core/tables/Table.h"

namespace uada::cli {
namespace {

struct Options {
  std::vector<std::string> runs;
  std::string where;  ///< a query; empty: all runs
  std::string format, out;
  std::string project = kDefaultProject;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.arguments("RUN", options.runs,
                 "Only these runs, by key, title or number; default: all that are finished");
  verb.text("--where", "QUERY", options.where,
            "Only finished runs for which this holds, as the window's filter has it: see 'uada runs --help'");
  verb.text("--format", "NAME", options.format,
            "text, csv, md, tex or xlsx; default: by the ending of FILE, else text");
  verb.text("--out", "FILE", options.out, "File to write; default: standard output");
  verb.project(options.project);
}

/// Those that were named, as findRun() finds them. Throws UsageError for one that has not finished.
std::vector<std::int64_t> chosen(const Options& options, const ProjectReader& project) {
  std::vector<std::int64_t> ids;
  for (const std::string& name : options.runs) {
    const RunSummary run = project.findRun(name);
    if (run.state != RunState::finished)
      throw UsageError("run " + run.key + " (" + run.title +
                       ") has not finished; only finished runs are compared");
    ids.push_back(run.id);
  }
  return ids;
}

/// The finished runs that a query names.
std::vector<std::int64_t> matching(const std::string& query, const ProjectReader& project) {
  const auto runs = project.runs();
  const Listing listing(runs, project.configs(), costReference(runs));
  const auto isWanted = listing.query(query, "--where");
  std::vector<std::int64_t> ids;
  for (const RunSummary& run : runs)
    if (run.state == RunState::finished && isWanted(run)) ids.push_back(run.id);
  return ids;
}

std::vector<RunGroup> compared(const Options& options, const ProjectReader& project) {
  if (options.where.empty()) return compareRuns(project, chosen(options, project));
  if (!options.runs.empty()) throw UsageError("--where chooses the runs: name no RUN with it");
  const auto runs = matching(options.where, project);
  // To the comparison no runs at all mean all of them.
  return runs.empty() ? std::vector<RunGroup>() : compareRuns(project, runs);
}

int perform(const Options& options) {
  const Console console(options.json);
  const TableFormat format = tableOutput(options.out, options.format, options.project);
  const ProjectReader project(options.project);
  const auto groups = compared(options, project);
  noteRemarks(project, console);
  if (groups.empty() && !options.where.empty())
    console.note(fmt::format("note: no finished run of '{}' is one of --where", options.project));
  for (const RunGroup& group : groups) writeGroup(group, console);
  writeTable(writeComparison(groups, format), options.out, "comparison of methods", console);
  return 0;
}

}  // namespace

void addCompare(Verbs& verbs) {
  verbs.add(
      {"compare", "Compare methods: mean, spread, difference with interval and p, cost, of finished runs",
       "A row is all runs that differ in nothing but the seed. It is the text that the window's view\n"
       "Compare copies.\n"
       "Example: uada compare --out comparison.md\n"
       "         uada compare --where 'dataset~cifar & epochs>=100'"},
      describe, perform);
}

}  // namespace uada::cli
