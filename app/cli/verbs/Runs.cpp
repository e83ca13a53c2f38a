#include <fmt/core.h>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/ReportJson.h"
#include "app/cli/RunText.h"
#include "core/base/Text.h"
#include "core/store/Project.h"

namespace uada::cli {
namespace {

struct Options {
  std::string project = kDefaultProject;
  bool json = false;
};

void describe(Verb& verb, Options& options) { verb.project(options.project); }

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
  const auto runs = project.runs();
  noteRemarks(project, console);
  if (options.json)
    for (const RunSummary& run : runs) console.object("run", summaryJson(run));
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
  verbs.add({"runs", "List the runs of a project, newest first", "Example: uada runs --project thesis.uada"},
            describe, perform);
}

}  // namespace uada::cli
