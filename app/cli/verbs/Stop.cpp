#include <fmt/core.h>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/Places.h"
#include "core/store/RunSession.h"

namespace uada::cli {
namespace {

struct Options {
  std::string run;
  std::string project = kDefaultProject;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("RUN", options.run, "Run to stop").required();
  verb.project(options.project);
}

int perform(const Options& options) {
  const Console console(options.json);
  const ProjectReader project(options.project);
  const RunSummary run = project.findRun(options.run);
  requestStop(project, run);
  console.say(fmt::format("Asked {} ({}) to write a checkpoint and stop; 'uada resume {}{}' continues it.",
                          run.key, run.title, run.key, projectOption(options.project)));
  console.object("stop",
                 Json::Object{{"run", run.id}, {"key", run.key}, {"host", run.host}, {"pid", run.pid}});
  return 0;
}

}  // namespace

void addStop(Verbs& verbs) {
  verbs.add({"stop", "Ask a run to write a checkpoint and stop", "Example: uada stop 3fa2"}, describe,
            perform);
}

}  // namespace uada::cli
