#include "core/store/Queue.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "app/cli/CommandLine.h"
#include "app/cli/Places.h"
#include "app/cli/RunText.h"
#include "app/cli/SlurmArray.h"
#include "app/cli/Training.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/config/DeviceName.h"
#include "core/store/Locks.h"

namespace uada::cli {
namespace {

struct AddOptions : ExperimentOptions {
  bool json = false;
};

void describeAdd(Verb& verb, AddOptions& options) { describeExperiment(verb, options); }

struct ListOptions {
  std::string project = kDefaultProject;
  bool json = false;
};

void describeList(Verb& verb, ListOptions& options) { verb.project(options.project); }

struct RemoveOptions {
  std::int64_t number = 0;
  std::string project = kDefaultProject;
  bool json = false;
};

void describeRemove(Verb& verb, RemoveOptions& options) {
  verb.number("NUMBER", options.number, 1, std::numeric_limits<std::int64_t>::max(),
              "Its number in 'uada queue list'")
      .required();
  verb.project(options.project);
}

struct PauseOptions {
  std::string project = kDefaultProject;
  bool json = false;
};

void describePause(Verb& verb, PauseOptions& options) { verb.project(options.project); }

struct MoveOptions {
  std::int64_t number = 0, before = 0;
  std::string project = kDefaultProject;
  bool json = false;
};

void describeMove(Verb& verb, MoveOptions& options) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  verb.number("NUMBER", options.number, 1, kMost, "Its number in 'uada queue list'").required();
  verb.number("--before", options.before, 1, kMost, "The number of the run that it is to stand before")
      .usual("at the end");
  verb.project(options.project);
}

struct RunOptions {
  std::string project = kDefaultProject;
  std::string device;  ///< empty: as each run's configuration says
  bool json = false, quiet = false;
};

void describeRun(Verb& verb, RunOptions& options) {
  verb.project(options.project);
  verb.device(options.device, "as each run says");
  verb.quiet(options.quiet);
}

struct ExportOptions {
  std::string project = kDefaultProject, slurm;
  bool take = false;
  bool json = false;
};

void describeExport(Verb& verb, ExportOptions& options) {
  verb.project(options.project);
  verb.text("--slurm", "FOLDER", options.slurm,
            "Write a job array for Slurm into a folder that is not there yet")
      .required();
  verb.flag("--take", options.take, "Take the runs out of the queue once the folder is written");
}

Json queuedJson(const QueuedRun& run) {
  return Json::Object{{"id", run.id}, {"title", run.title}, {"added", run.added}};
}

std::string queueText(const std::vector<QueuedRun>& runs) {
  TextTable table({{"number", TextTable::Align::right}, {"title"}, {"added"}});
  for (const QueuedRun& run : runs) table.add({std::to_string(run.id), run.title, localTime(run.added)});
  return table.text();
}

[[noreturn]] void refuseMissing(std::int64_t number, const std::string& project) {
  throw UsageError(
      fmt::format("there is no run {} in the queue of '{}'; 'uada queue list' names those that "
                  "there are",
                  number, project));
}

/// Also what an earlier version of the window left waiting.
std::vector<QueuedRun> queueOf(const std::string& project) {
  if (hasQueueFile(project)) {
    ProjectWriter writer(project);
    adoptQueueFile(writer);
  }
  return ProjectReader(project).queue();
}

/// The run that waits next, of those that were not tried; none: there is no more, or the queue is paused.
std::optional<QueuedRun> nextOf(const std::string& project, const std::set<std::int64_t>& tried) {
  const ProjectReader reader(project);
  if (reader.queueRules().isPaused) return std::nullopt;
  for (QueuedRun& run : reader.queue())
    if (!tried.contains(run.id)) return std::move(run);
  return std::nullopt;
}

std::string pausedText(const std::string& project) {
  return fmt::format("The queue is paused: no next run is begun; 'uada queue unpause{}' goes on.",
                     projectOption(project));
}

/// A run that cannot be started stays in the queue.
Outcome trainQueued(const QueuedRun& queued, ProjectWriter& project, const RunOptions& options,
                    const StopSignals& signals, const Console& console, std::set<std::string>& told) {
  try {
    Task task{ProjectReader(project.file()).queuedConfig(queued.id),
              std::nullopt,
              queued.title,
              {},
              queued.id,
              &told};
    if (!options.device.empty()) task.config.runtime.device = options.device;
    return train(project, std::move(task), signals, console, options.quiet);
  } catch (const Error& error) {
    return {0, RunState::failed, error.what()};
  }
}

/// Whether another program has begun to train it, or has removed it.
bool isGone(const QueuedRun& run, const std::string& project) {
  const std::vector<QueuedRun> waiting = ProjectReader(project).queue();
  return std::ranges::find(waiting, run.id, &QueuedRun::id) == waiting.end();
}

/// A run that was begun is in the queue no more, also where its program was killed.
void tellInterrupted(const std::string& project, const Console& console) {
  std::vector<std::string> keys;
  for (const RunSummary& run : ProjectReader(project).runs())
    if (run.state == RunState::interrupted) keys.push_back(run.key);
  if (keys.empty()) return;
  const std::string option = projectOption(project);
  console.note(fmt::format("{0} interrupted: 'uada resume {1}{2}' continues {3}, 'uada runs{2}' lists all.",
                           plural(static_cast<long long>(keys.size()), "run"), keys.front(), option,
                           keys.size() == 1 ? "it" : "the newest"));
}

/// run  0: none was begun
void tellStopped(std::int64_t run, const std::string& project, const Console& console) {
  const std::string option = projectOption(project);
  const std::string goesOn = fmt::format("'uada queue run{}' goes on with the next one", option);
  const std::vector<RunSummary> runs = ProjectReader(project).runs();
  const auto stopped = std::ranges::find(runs, run, &RunSummary::id);
  console.note(stopped == runs.end() ? fmt::format("Stopped; {}.", goesOn)
                                     : fmt::format("Stopped; 'uada resume {}{}' continues the run, {}.",
                                                   stopped->key, option, goesOn));
}

int performAdd(const AddOptions& options) {
  const Console console(options.json);
  const std::vector<RunConfig> runs = readExperiment(options).runs;
  ProjectWriter project(options.project);
  adoptQueueFile(project);
  const std::vector<std::int64_t> numbers = project.queue(runs);
  std::vector<QueuedRun> added;
  for (QueuedRun& run : ProjectReader(options.project).queue())
    if (std::ranges::find(numbers, run.id) != numbers.end()) added.push_back(std::move(run));
  for (const QueuedRun& run : added) console.object("queued", queuedJson(run));
  console.say(queueText(added));
  console.note(fmt::format("{} added to the queue of {}; 'uada queue run{}' trains them, or the window",
                           plural(static_cast<long long>(runs.size()), "run"), options.project,
                           projectOption(options.project)));
  return 0;
}

int performList(const ListOptions& options) {
  const Console console(options.json);
  const std::vector<QueuedRun> runs = queueOf(options.project);
  for (const QueuedRun& run : runs) console.object("queued", queuedJson(run));
  console.say(runs.empty()
                  ? fmt::format("No runs wait in {}; 'uada queue add EXPERIMENT' adds some.", options.project)
                  : queueText(runs));
  if (ProjectReader(options.project).queueRules().isPaused) console.note(pausedText(options.project));
  return 0;
}

int setPaused(const PauseOptions& options, bool isPaused) {
  const Console console(options.json);
  queueOf(options.project);
  QueueRules rules = ProjectReader(options.project).queueRules();
  rules.isPaused = isPaused;
  ProjectWriter(options.project).setQueueRules(rules);
  console.object("queue", Json::Object{{"paused", isPaused}});
  console.say(isPaused ? pausedText(options.project) : "The queue goes on.");
  return 0;
}

int performPause(const PauseOptions& options) { return setPaused(options, true); }
int performUnpause(const PauseOptions& options) { return setPaused(options, false); }

int performMove(const MoveOptions& options) {
  const Console console(options.json);
  const std::vector<QueuedRun> runs = queueOf(options.project);
  for (const std::int64_t number : {options.number, options.before})
    if (number != 0 && std::ranges::find(runs, number, &QueuedRun::id) == runs.end())
      refuseMissing(number, options.project);
  ProjectWriter(options.project).moveQueued({options.number}, options.before);
  const std::vector<QueuedRun> moved = ProjectReader(options.project).queue();
  for (const QueuedRun& run : moved) console.object("queued", queuedJson(run));
  console.say(queueText(moved));
  return 0;
}

int performRemove(const RemoveOptions& options) {
  const Console console(options.json);
  for (const QueuedRun& run : queueOf(options.project)) {
    if (run.id != options.number) continue;
    ProjectWriter(options.project).unqueue(run.id);
    console.object("removed", queuedJson(run));
    console.say(fmt::format("removed {} ({}) from the queue", run.id, run.title));
    return 0;
  }
  refuseMissing(options.number, options.project);
}

int performRun(const RunOptions& options) {
  const Console console(options.json, options.quiet);
  if (!options.device.empty()) parseDeviceName(options.device, "--device");
  if (queueOf(options.project).empty()) {
    console.note(fmt::format("No runs wait in {}.", options.project));
    tellInterrupted(options.project, console);
    return 0;
  }
  if (ProjectReader(options.project).queueRules().isPaused) {
    console.note(pausedText(options.project));
    return 0;
  }
  const StopSignals signals;
  loadEngine();
  ProjectWriter project(options.project);
  std::set<std::string> told;
  std::set<std::int64_t> tried;
  std::int64_t trained = 0, failed = 0;
  while (const auto next = nextOf(options.project, tried)) {
    tried.insert(next->id);
    const Outcome outcome = trainQueued(*next, project, options, signals, console, told);
    if (outcome.run == 0 && isGone(*next, options.project)) continue;
    ++trained;
    if (outcome.state == RunState::failed) {
      reportFailure(outcome, next->title, console);
      ++failed;
      if (ProjectReader(options.project).queueRules().stopsAfterFailure) break;
    }
    if (signals.received() || outcome.state == RunState::stopped) {
      tellStopped(outcome.run, options.project, console);
      return exitCode(signals);
    }
  }
  if (ProjectReader(options.project).queueRules().isPaused) console.note(pausedText(options.project));
  tellInterrupted(options.project, console);
  if (failed > 0) throw Error(fmt::format("{} of {} failed", failed, plural(trained, "run")));
  return 0;
}

std::string exportedText(std::size_t count, const ExportOptions& options) {
  const std::string runs = plural(static_cast<long long>(count), "run"), folder = shellWord(options.slurm);
  return fmt::format(
      "{} as a job array in {}\n  cd {} && sbatch array.sh\n  bash {}/merge.sh PROJECT.uada\n{}", runs,
      oneLine(options.slurm), folder, folder,
      options.take
          ? fmt::format("They wait in the queue of {} no more.", options.project)
          : fmt::format("They still wait in the queue of {}, too; --take takes them out.", options.project));
}

/// Takes exported runs out of the queue. Those that another program has begun or removed meanwhile are named,
/// and the array is written without them. Returns those that are in it.
std::vector<RunConfig> takeOut(const std::vector<RunConfig>& runs, const std::vector<std::int64_t>& numbers,
                               const ExportOptions& options, const Console& console) {
  const std::vector<TakenOut> taken = ProjectWriter(options.project).unqueue(numbers);
  if (taken.size() == runs.size()) return runs;
  std::vector<std::string> left;  // equal ones are one as good as the other
  for (const TakenOut& run : taken)
    left.push_back(toJson(runConfigFromJson(parseJson(run.config, "config"), "config")).dump());
  std::vector<RunConfig> kept;
  for (const RunConfig& run : runs) {
    const auto found = std::ranges::find(left, toJson(run).dump());
    if (found == left.end()) {
      console.note(fmt::format("{}: left out: it waits no more", runTitle(run)));
      continue;
    }
    left.erase(found);
    kept.push_back(run);
  }
  for (const auto& entry : std::filesystem::directory_iterator(options.slurm))
    std::filesystem::remove_all(entry.path());
  if (kept.empty()) throw Error(fmt::format("no runs wait in {} any more", options.project));
  writeSlurmArray(kept, options.slurm);
  return kept;
}

int performExport(const ExportOptions& options) {
  const Console console(options.json);
  const std::vector<QueuedRun> queued = queueOf(options.project);
  if (queued.empty())
    throw UsageError(fmt::format("no runs wait in {}; 'uada queue add EXPERIMENT{}' adds some",
                                 options.project, projectOption(options.project)));
  const ProjectReader reader(options.project);
  std::vector<RunConfig> runs;
  std::vector<std::int64_t> numbers;
  for (const QueuedRun& run : queued) {
    runs.push_back(reader.queuedConfig(run.id));
    numbers.push_back(run.id);
  }
  writeSlurmArray(runs, options.slurm);
  if (options.take) runs = takeOut(runs, numbers, options, console);
  console.object("exported", Json::Object{{"folder", options.slurm},
                                          {"tasks", static_cast<std::int64_t>(runs.size())},
                                          {"taken", options.take}});
  console.say(exportedText(runs.size(), options));
  if (const std::string network = store::networkFileSystemOf(options.slurm); !network.empty())
    console.note(
        fmt::format("It lies on a network file system ({}), where no project is opened for writing: name a "
                    "folder on the nodes' own disks, 'sbatch --export=ALL,UADA_SCRATCH=FOLDER array.sh'",
                    network));
  return 0;
}

}  // namespace

void addQueue(Verbs& verbs) {
  Verbs queue =
      verbs.group({"queue", "Add, list, move, remove, train and export the runs that wait in a project",
                   "Example: uada queue add demo\n         uada queue run"});
  queue.add({"add", "Add every run of an experiment to the end of the queue",
             "The window shows and trains the same queue. Policy files are kept in the project.\n"
             "Example: uada queue add demo --set 'seeds=[1,2,3]'"},
            describeAdd, performAdd);
  queue.add({"list", "List the runs that wait, the next one first",
             "Example: uada queue list --project thesis.uada"},
            describeList, performList);
  queue.add({"remove", "Take a run out of the queue", "Example: uada queue remove 3"}, describeRemove,
            performRemove);
  queue.add({"move", "Move a run of the queue before another one, or to its end",
             "Example: uada queue move 7 --before 3"},
            describeMove, performMove);
  queue.add({"pause", "Begin no next run; one that trains goes on",
             "Holds for the window and for every 'uada queue run' of the project.\n"
             "Example: uada queue pause"},
            describePause, performPause);
  queue.add({"unpause", "Let the queue go on", "Example: uada queue unpause"}, describePause, performUnpause);
  queue.add(
      {"export", "Write the runs that wait as a job array for a cluster, one run a task",
       "The folder holds array.sh for sbatch, an experiment for each run, and merge.sh, which takes the "
       "runs\n"
       "over into a project. It may be copied to the cluster first. A task that is submitted again goes\n"
       "on where it was, and ends at once if its run is finished.\n"
       "Example: uada queue export --slurm sweep --take"},
      describeExport, performExport);
  queue.add({"run", "Train the runs that wait, one after the other, until none is left",
             "A run that fails does not keep the next ones back, unless the project's queue is set to\n"
             "stop after a failure; the exit code is then 1. One that cannot be started stays in the queue. "
             "Ctrl-C, SIGTERM or SIGHUP writes a checkpoint\n"
             "first; a second one ends at once.\n"
             "Example: uada queue run --device cuda"},
            describeRun, performRun);
}

}  // namespace uada::cli
