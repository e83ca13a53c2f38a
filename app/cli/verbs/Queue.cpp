#include "core/store/Queue.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "app/cli/Places.h"
#include "app/cli/RunText.h"
#include "app/cli/Training.h"
#include "app/cli/Verbs.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/config/DeviceName.h"

namespace uada::cli {
namespace {

Json queuedJson(const QueuedRun& run) {
  return Json::Object{{"id", run.id}, {"title", run.title}, {"added", run.added}};
}

std::string queueText(const std::vector<QueuedRun>& runs) {
  TextTable table({{"number", TextTable::Align::right}, {"title"}, {"added"}});
  for (const QueuedRun& run : runs) table.add({std::to_string(run.id), run.title, localTime(run.added)});
  return table.text();
}

/// Also what an earlier version of the window left waiting.
std::vector<QueuedRun> queueOf(const std::string& project) {
  if (hasQueueFile(project)) {
    ProjectWriter writer(project);
    adoptQueueFile(writer);
  }
  return ProjectReader(project).queue();
}

/// The run that waits next after the one of that number; none: there is no more.
std::optional<QueuedRun> nextAfter(std::int64_t last, const std::string& project) {
  for (QueuedRun& run : ProjectReader(project).queue())
    if (run.id > last) return std::move(run);
  return std::nullopt;
}

/// A run that cannot be started stays in the queue.
Outcome trainQueued(const QueuedRun& queued, ProjectWriter& project, const QueueRunOptions& options,
                    const StopSignals& signals, const Console& console) {
  try {
    Task task{
        ProjectReader(project.file()).queuedConfig(queued.id), std::nullopt, queued.title, {}, queued.id};
    if (!options.device.empty()) task.config.runtime.device = options.device;
    return train(project, std::move(task), signals, console, options.quiet);
  } catch (const Error& error) {
    return {0, RunState::failed, error.what()};
  }
}

}  // namespace

int perform(const QueueAddOptions& options) {
  const Console console(options.json);
  const auto kept =
      isProject(options.project) ? ProjectReader(options.project).policies() : std::vector<PolicyFile>{};
  const Experiment experiment = readExperiment(findExperiment(options.experiment).string(),
                                               allSets(options.sets, options.device), kept);
  const std::vector<RunConfig> runs = expand(experiment);
  ProjectWriter project(options.project);
  adoptQueueFile(project);
  const std::vector<std::int64_t> numbers = project.queue(runs);
  std::vector<QueuedRun> added;
  for (QueuedRun& run : ProjectReader(options.project).queue())
    if (std::ranges::find(numbers, run.id) != numbers.end()) added.push_back(std::move(run));
  for (const QueuedRun& run : added) console.object("queued", queuedJson(run));
  console.say(queueText(added));
  console.note(fmt::format("{} added to the queue of {}; 'uada queue run' trains them, or the window",
                           plural(static_cast<long long>(runs.size()), "run"), options.project));
  return 0;
}

int perform(const QueueListOptions& options) {
  const Console console(options.json);
  const std::vector<QueuedRun> runs = queueOf(options.project);
  for (const QueuedRun& run : runs) console.object("queued", queuedJson(run));
  console.say(runs.empty()
                  ? fmt::format("No runs wait in {}; 'uada queue add EXPERIMENT' adds some.", options.project)
                  : queueText(runs));
  return 0;
}

int perform(const QueueRemoveOptions& options) {
  const Console console(options.json);
  for (const QueuedRun& run : queueOf(options.project)) {
    if (run.id != options.number) continue;
    ProjectWriter(options.project).unqueue(run.id);
    console.object("removed", queuedJson(run));
    console.say(fmt::format("removed {} ({}) from the queue", run.id, run.title));
    return 0;
  }
  throw UsageError(
      fmt::format("there is no run {} in the queue of '{}'; 'uada queue list' names those that "
                  "there are",
                  options.number, options.project));
}

int perform(const QueueRunOptions& options) {
  const Console console(options.json, options.quiet);
  if (!options.device.empty()) parseDeviceName(options.device, "--device");
  if (queueOf(options.project).empty()) {
    console.note(fmt::format("No runs wait in {}.", options.project));
    return 0;
  }
  const StopSignals signals;
  loadEngine();
  ProjectWriter project(options.project);
  std::int64_t trained = 0, failed = 0, last = 0;
  while (const auto next = nextAfter(last, options.project)) {
    last = next->id;
    const Outcome outcome = trainQueued(*next, project, options, signals, console);
    ++trained;
    if (outcome.state == RunState::failed) {
      reportFailure(outcome, next->title, console);
      ++failed;
    }
    if (signals.received() || outcome.state == RunState::stopped) {
      console.note("Stopped; 'uada resume' continues the run, 'uada queue run' goes on with the next one.");
      return exitCode(signals);
    }
  }
  if (failed > 0) throw Error(fmt::format("{} of {} failed", failed, plural(trained, "run")));
  return 0;
}

}  // namespace uada::cli
