#include <fmt/core.h>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/ReportJson.h"
#include "app/cli/RunText.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/store/Project.h"
#include "core/tables/Listing.h"

namespace uada::cli {
namespace {

struct Options {
  std::string project = kDefaultProject;
  std::string where;  ///< a query; empty: all runs
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.project(options.project);
  verb.text("--where", "QUERY", options.where,
            "Only runs for which this holds, as the window's filter has it");
}

/// Throws UsageError with the place of what is wrong with the query.
std::vector<RunSummary> matching(std::vector<RunSummary> runs, const ProjectReader& project,
                                 const std::string& query) {
  if (query.empty()) return runs;
  const Listing listing(runs, project.configs(), costReference(runs));
  const auto isWanted = listing.query(query, "--where");
  std::erase_if(runs, [&](const RunSummary& run) { return !isWanted(run); });
  return runs;
}

using Align = TextTable::Align;

std::string runsText(const std::vector<RunSummary>& runs) {
  TextTable table({{"key"},
                   {"title"},
                   {"state"},
                   {"epoch", Align::right},
                   {"step", Align::right},
                   {"best", Align::right},
                   {"last", Align::right},
                   {"time", Align::right},
                   {"created"}});
  for (const RunSummary& run : runs)
    table.add({run.key, run.title, stateName(run.state), epochText(run),
               stepText(run.step, run.plannedSteps()), metricText(run, run.best),
               metricText(run, run.lastMain()), durationText(run.seconds), localTime(run.created)});
  return table.text();
}

std::string problemsText(const std::vector<RunSummary>& runs) {
  std::string text;
  for (const RunSummary& run : runs)
    if (run.state == RunState::failed) text += fmt::format("{} failed: {}\n", run.key, run.problem);
  for (const RunSummary& run : runs)
    if (!run.damage.empty())
      text += fmt::format("{} is damaged: {}; restore a copy of the project if you need it\n",
                          run.key.empty() ? fmt::format("number {}", run.id) : run.key, run.damage);
  return text;
}

int perform(const Options& options) {
  const Console console(options.json);
  const ProjectReader project(options.project);
  const auto all = project.runs();
  const auto runs = matching(all, project, options.where);
  noteRemarks(project, console);
  if (options.json)
    for (const RunSummary& run : runs) console.object("run", summaryJson(run));
  if (runs.empty() && !all.empty()) {
    console.say(fmt::format("None of {} is such a run.", plural(static_cast<long long>(all.size()), "run")));
    return 0;
  }
  if (runs.empty()) {
    console.say(fmt::format("No runs in {} yet; 'uada run demo' starts some.", options.project));
    return 0;
  }
  console.say(runsText(runs));
  if (const auto problems = problemsText(runs); !problems.empty()) console.say('\n' + problems);
  return 0;
}

}  // namespace

void addRuns(Verbs& verbs) {
  verbs.add(
      {"runs", "List the runs of a project, newest first",
       "A query compares columns, settings and metrics, or looks for words: = != ~ (contains) !~ < <= > >=,\n"
       "joined by & and |, with parentheses and quotes.\n"
       "Example: uada runs --project thesis.uada\n"
       "         uada runs --where 'method=uada & dataset~cifar & acc>0.9 & epochs>=100'"},
      describe, perform);
}

}  // namespace uada::cli
