#include "core/config/Fork.h"

#include <fmt/core.h>

#include "app/cli/CommandLine.h"
#include "app/cli/Examination.h"
#include "app/cli/Places.h"
#include "app/cli/Training.h"
#include "core/base/Error.h"
#include "core/base/Text.h"

namespace uada::cli {
namespace {

struct Options {
  ExaminedRun run;
  std::vector<std::string> sets;
  bool json = false, quiet = false;
};

void describe(Verb& verb, Options& options) {
  describeExamined(verb, options.run, "Run whose checkpoint the new run goes on from");
  verb.sets(options.sets);
  verb.quiet(options.quiet);
}

int perform(const Options& options) {
  const Console console(options.json, options.quiet);
  const StopSignals signals;
  Engine& engine = loadEngine();
  std::optional<Fork> fork;
  {
    const ProjectReader project(options.run.project);
    RunDetail run = project.detail(project.findRun(options.run.run).id);
    const FoundCheckpoint from = checkpointOf(engine, project, run.summary, options.run, console);
    run.config = configOf(run, options.run);
    fork = forkOf(project, run, from, options.sets);
    console.note(fmt::format("forking {} ({}) after step {}", run.summary.key, run.summary.title,
                             groupedText(from.step)));
  }
  ProjectWriter project(options.run.project);
  const std::string title = runTitle(fork->config);
  Task task{fork->config, {}, title, {}};
  task.fork = std::move(fork);
  const Outcome outcome = train(project, std::move(task), signals, console, options.quiet);
  if (outcome.state == RunState::failed) throw Error(fmt::format("{} failed: {}", title, outcome.problem));
  if (outcome.state != RunState::stopped) return 0;
  const std::string key = ProjectReader(options.run.project).detail(outcome.run).summary.key;
  console.note(
      fmt::format("Stopped; 'uada resume {}{}' continues.", key, projectOption(options.run.project)));
  return exitCode(signals);
}

}  // namespace

void addFork(Verbs& verbs) {
  static const std::string help =
      std::string(
          "From one of its checkpoints, as a new run: without --set it goes on as RUN did, to the last\n"
          "bit. ") +
      kForkKeeps +
      "\nForks do not count in tables: they were not trained with one configuration from beginning to end.\n"
      "Example: uada fork 3fa2 --step 4680 --set method.epsilon=2";
  verbs.add({"fork", "Go on from a checkpoint of a run with other settings, as a new run", help.c_str()},
            describe, perform);
}

}  // namespace uada::cli
