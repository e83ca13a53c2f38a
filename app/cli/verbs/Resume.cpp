#include <fmt/core.h>

#include "app/cli/CommandLine.h"
#include "app/cli/Places.h"
#include "app/cli/RankGroup.h"
#include "app/cli/ReportJson.h"
#include "app/cli/Training.h"
#include "core/base/Error.h"
#include "core/config/DeviceName.h"

namespace uada::cli {
namespace {

struct Options {
  std::string run;
  std::string project = kDefaultProject;
  std::string device;  ///< empty: as the run's configuration says
  RankOptions ranks;
  bool json = false, quiet = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("RUN", options.run, "Run to continue").required();
  verb.project(options.project);
  verb.device(options.device, "as it was asked for");
  describeRanks(verb, options.ranks);
  verb.quiet(options.quiet);
}

int perform(const Options& options) {
  const Ranks ranks = ranksFrom(options.ranks);
  if (ranks.rank > 0) return follow(ranks);
  const Console console(options.json, options.quiet);
  if (!options.device.empty()) parseDeviceName(options.device, "--device");
  RunDetail run = [&] {
    const ProjectReader project(options.project);
    return project.detail(project.findRun(options.run).id);
  }();
  if (!options.device.empty()) run.config.runtime.device = options.device;
  const RunSummary& summary = run.summary;
  if (summary.state == RunState::finished) {
    console.note(fmt::format("{} ({}) is finished: nothing to resume", summary.key, summary.title));
    console.object("skipped", summaryJson(summary));
    return 0;
  }
  if (isLive(summary.state))
    throw Error(fmt::format("{} ({}) is {} in process {} on {}; 'uada stop {}{}' stops it", summary.key,
                            summary.title, stateName(summary.state), summary.pid, summary.host, summary.key,
                            projectOption(options.project)));
  const StopSignals signals;
  loadEngine();
  const RankGroup group(ranks);
  ProjectWriter project(options.project);
  const Outcome outcome =
      train(project, {run.config, run, summary.title, {}}, signals, console, options.quiet);
  if (outcome.state == RunState::failed)
    throw Error(fmt::format("{} failed: {}", summary.title, outcome.problem));
  if (outcome.state == RunState::stopped) {
    console.note(
        fmt::format("Stopped; 'uada resume {}{}' continues.", summary.key, projectOption(options.project)));
    return exitCode(signals);
  }
  return 0;
}

}  // namespace

void addResume(Verbs& verbs) {
  verbs.add({"resume", "Continue a stopped or interrupted run from its newest checkpoint",
             "RUN is a key (or its first four digits), a number or a title from 'uada runs'.\n"
             "Example: uada resume 3fa2"},
            describe, perform);
}

}  // namespace uada::cli
