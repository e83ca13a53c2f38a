#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <thread>

#include "app/cli/CommandLine.h"
#include "app/cli/Comparisons.h"
#include "app/cli/Places.h"
#include "app/cli/RankGroup.h"
#include "app/cli/ReportJson.h"
#include "app/cli/RunText.h"
#include "app/cli/Training.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/config/DeviceName.h"
#include "core/data/Dataset.h"
#include "core/tables/Table.h"

namespace uada::cli {
namespace {

struct Options : ExperimentOptions {
  bool again = false;  ///< train anew what is already finished
  RankOptions ranks;
  bool json = false, quiet = false;
};

void describe(Verb& verb, Options& options) {
  describeExperiment(verb, options);
  describeRanks(verb, options.ranks);
  verb.flag("--again", options.again, "Train anew, also what is finished or could be resumed");
  verb.quiet(options.quiet);
}

/// The images that an experiment's configurations name, each read once, and only when it is asked for.
class DataHere {
 public:
  struct Found {
    std::string hash, problem;  ///< one of them is empty
  };
  const Found& of(const RunConfig& config) {
    const Choice& choice = config.recipe.dataset;
    const std::string folder = choice.as<DataSettings>().folder;
    const auto [place, isNew] = found_.try_emplace({choice.name, folder});
    if (!isNew) return place->second;
    try {
      place->second.hash = readDataIdentity(findDataset(choice.name), folder).hash;
    } catch (const Error& error) {
      place->second.problem = error.what();
    }
    return place->second;
  }
  /// As of(), but empty where it was not asked for yet.
  std::string knownProblem(const RunConfig& config) const {
    const Choice& choice = config.recipe.dataset;
    const auto place = found_.find({choice.name, choice.as<DataSettings>().folder});
    return place == found_.end() ? "" : place->second.problem;
  }

 private:
  std::map<std::pair<std::string, std::string>, Found> found_;
};

/// What is to be done about one run of the experiment.
struct Wanted {
  RunConfig config;
  /// The newest of the same configuration and seed on the same images; a finished one goes first. A run that
  /// had not read its images yet goes on with those that are there.
  std::optional<RunSummary> existing = {};
  bool isFinished() const { return existing && existing->state == RunState::finished; }
  bool isElsewhere() const { return existing && isLive(existing->state); }
  bool needsTraining() const { return !isFinished() && !isElsewhere(); }
};

/// Throws Error if a run is finished but the images cannot be read: what it came to says nothing of others.
void findExisting(Wanted& wanted, const std::vector<RunSummary>& runs, DataHere& data) {
  const std::string hash = configHash(wanted.config);
  wanted.existing.reset();
  for (const RunSummary& run : runs) {  // newest first
    if (run.configHash != hash || run.seed != wanted.config.seed) continue;
    if (!run.dataHash.empty()) {
      const DataHere::Found& here = data.of(wanted.config);
      if (!here.problem.empty() && run.state == RunState::finished)
        throw Error(
            fmt::format("{}; so it cannot be told whether they are the images that run {} was "
                        "trained on; 'uada show {}' and 'uada table' give its results",
                        here.problem, run.key, run.key));
      if (here.problem.empty() && here.hash != run.dataHash)
        continue;  // what it came to says nothing of these
    }
    const bool goesFirst = run.state == RunState::finished || (isLive(run.state) && !wanted.isElsewhere());
    if (!wanted.existing || goesFirst) wanted.existing = run;
    if (wanted.isFinished()) return;
  }
}

std::vector<Wanted> wantedRuns(const Options& options, const SweptExperiment& experiment, DataHere& data) {
  std::vector<RunSummary> runs;
  if (isProject(options.project) && !options.again) runs = ProjectReader(options.project).runs();
  std::vector<Wanted> all;
  for (const RunConfig& config : experiment.runs) {
    all.push_back({config});
    findExisting(all.back(), runs, data);
  }
  return all;
}

/// Throws Error if the engine has no such device.
void requireDevice(const std::string& name) {
  const DeviceName wanted = parseDeviceName(name, "device");
  if (wanted.kind != DeviceName::Kind::cuda) return;
  std::string why = "there is none of that number";
  for (const DeviceInfo& device : loadEngine().devices()) {
    if (device.usable && device.name == fmt::format("cuda:{}", wanted.number)) return;
    if (!device.usable && device.name.starts_with("cuda")) why = device.reason;
  }
  throw Error(fmt::format("device '{}' cannot be used: {}; use --device auto or cpu", name, why));
}

/// What every run needs is looked for before the first one starts.
void requireParts(const std::vector<Wanted>& all) {
  loadEngine();
  for (const Wanted& wanted : all) {
    if (!wanted.needsTraining()) continue;
    requireDevice(wanted.config.runtime.device);
    const Choice& choice = wanted.config.recipe.dataset;
    locateDataset(findDataset(choice.name), choice.as<DataSettings>().folder);
  }
}

Task taskOf(const Wanted& wanted, ProjectWriter& project, std::string prefix) {
  Task task{wanted.config, std::nullopt, std::move(prefix), {}};
  if (!wanted.existing) return task;
  task.resumed = ProjectReader(project.file()).detail(wanted.existing->id);
  RunConfig& stored = task.resumed->config;  // where it runs may have changed; what it is has not
  stored.recipe.dataset = wanted.config.recipe.dataset;
  stored.runtime = wanted.config.runtime;
  task.config = stored;
  return task;
}

void skip(const Wanted& wanted, const std::string& prefix, const Console& console) {
  const RunSummary& run = *wanted.existing;
  console.note(wanted.isFinished()
                   ? fmt::format("{}  finished before as {}: {} {} (--again trains anew)", prefix, run.key,
                                 mainMetric(run).title, metricText(run, run.lastMain()))
                   : fmt::format("{}  left out: {} is {} in process {} on {}", prefix, run.key,
                                 stateName(run.state), run.pid, run.host));
  console.object("skipped", summaryJson(run));
}

/// Held from looking at what there is to do until it is recorded that this process does it, so that two
/// processes on one experiment share its runs. Not waited for without end: its owner may be halted.
store::FileLock takeTurn(const std::filesystem::path& project, const StopSignals& signals) {
  constexpr std::chrono::milliseconds kPatience(30'000), kPause(20);
  const auto folder = runFolder(project, "run").parent_path();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()));
  const auto start = std::chrono::steady_clock::now();
  while (true) {
    auto lock = store::FileLock::tryLock(folder / "turn.lock");
    const bool isOver = signals.received() || std::chrono::steady_clock::now() - start > kPatience;
    if (lock.held() || isOver) return lock;
    std::this_thread::sleep_for(kPause);
  }
}

/// Who is heard and told while runs are trained.
struct Hearing {
  const StopSignals& signals;
  const Console& console;
  bool quiet;
  std::set<std::string>& told;  ///< see Task
};

/// A run that cannot be started has failed; the next one may still go on.
Outcome attempt(const Wanted& wanted, ProjectWriter& project, const std::string& prefix, store::FileLock turn,
                const Hearing& hearing) {
  try {
    Task task = taskOf(wanted, project, prefix);
    task.turn = std::move(turn);
    task.told = &hearing.told;
    return train(project, std::move(task), hearing.signals, hearing.console, hearing.quiet);
  } catch (const Error& e) {
    return {wanted.existing ? wanted.existing->id : 0, RunState::failed, e.what()};
  }
}

struct Tally {
  std::vector<std::int64_t> runs;
  int failed = 0, untried = 0;
  bool stopped = false;
  std::set<std::string> faults = {};  ///< of data sets, told with the run that met them
};

/// A data set that cannot be read fails every run on it: the first one says so, and the others are not tried.
/// Damaged files that are skipped are no fault.
void noteFault(const RunConfig& config, DataHere& data, Tally& tally) {
  if (config.recipe.dataset.as<DataSettings>().damaged == "skip") return;
  if (const std::string& problem = data.of(config).problem; !problem.empty()) tally.faults.insert(problem);
}

void tellUntried(const Tally& tally, const Console& console) {
  if (tally.untried == 0) return;
  const std::string text = fmt::format("{} on the same images not tried", plural(tally.untried, "more run"));
  printProblem(text);
  console.object("untried",
                 Json::Object{{"runs", static_cast<std::int64_t>(tally.untried)}, {"message", text}});
}

/// Counts what became of a run, and tells why it failed.
void note(const Outcome& outcome, const RunConfig& config, DataHere& data, Tally& tally,
          const Console& console) {
  tally.runs.push_back(outcome.run);
  if (outcome.state != RunState::failed) return;
  reportFailure(outcome, runTitle(config), console);
  ++tally.failed;
  noteFault(config, data, tally);
}

/// "[2/8] r10w16-c10-uada-s1"
std::string prefixOf(const RunConfig& config, std::size_t number, std::size_t count) {
  return count == 1 ? runTitle(config) : fmt::format("[{}/{}] {}", number, count, runTitle(config));
}

Tally trainAll(const std::vector<Wanted>& all, const Options& options, DataHere& data,
               const StopSignals& signals, const Console& console) {
  Tally tally;
  std::optional<ProjectWriter> project;
  if (std::ranges::any_of(all, &Wanted::needsTraining)) {
    project.emplace(options.project);
    requireParts(all);
  }
  std::set<std::string> told;
  for (std::size_t i = 0; i < all.size(); ++i) {
    Wanted wanted = all[i];
    const std::string prefix = prefixOf(wanted.config, i + 1, all.size());
    store::FileLock turn;
    if (wanted.needsTraining() && !options.again) {  // another process may have taken it since the start
      turn = takeTurn(project->file(), signals);
      if (signals.received()) {
        tally.stopped = true;
        break;
      }
      findExisting(wanted, ProjectReader(project->file()).runs(), data);
    }
    if (!wanted.needsTraining()) {
      skip(wanted, prefix, console);
      tally.runs.push_back(wanted.existing->id);
      continue;
    }
    if (tally.faults.contains(data.knownProblem(wanted.config))) {
      ++tally.untried;
      continue;
    }
    const Outcome outcome =
        attempt(wanted, *project, prefix, std::move(turn), {signals, console, options.quiet, told});
    note(outcome, wanted.config, data, tally, console);
    if (signals.received() || outcome.state == RunState::stopped) {
      tally.stopped = outcome.state == RunState::stopped || i + 1 < all.size();
      break;
    }
  }
  return tally;
}

/// The comparison of this experiment's runs, then the tables it feeds.
void printResults(const Experiment& experiment, const std::vector<std::int64_t>& runs,
                  const std::string& file, const Console& console) {
  const ProjectReader project(file);
  const auto groups = compareRuns(project, runs);
  if (groups.empty()) return;
  for (const RunGroup& group : groups) writeGroup(group, console);
  console.say('\n' + writeComparison(groups, TableFormat::text));
  for (const int table : experiment.tables)
    console.say('\n' + write(findTable(table).make(project), TableFormat::text));
  noteRemarks(project, console);
}

/// What an experiment will take, before it starts: about, since the data is not looked into.
std::string planText(const Experiment& experiment, const std::vector<Wanted>& all,
                     const std::string& project) {
  std::int64_t steps = 0, left = 0;
  for (const Wanted& wanted : all)
    if (wanted.needsTraining()) {
      ++left;
      steps += estimateCost(wanted.config).steps;
    }
  const std::string name = experiment.title.empty() ? experiment.name : experiment.title;
  // How many images a folder holds is known once it is read.
  const std::string about =
      steps > 0 ? fmt::format(" in about {} steps if the data set is whole", groupedText(steps)) : "";
  return fmt::format("{}: {}, {} to train{}, into {}", name,
                     plural(static_cast<long long>(all.size()), "run"), groupedText(left), about, project);
}

int perform(const Options& options) {
  const Ranks ranks = ranksFrom(options.ranks);
  if (ranks.rank > 0) return follow(ranks);
  const Console console(options.json, options.quiet);
  const SweptExperiment experiment = readExperiment(options);
  DataHere data;
  const auto all = wantedRuns(options, experiment, data);

  const StopSignals signals;
  console.note(planText(experiment.base, all, options.project));
  const RankGroup group(ranks);
  const Tally tally = trainAll(all, options, data, signals, console);
  tellUntried(tally, console);
  if (isProject(options.project)) printResults(experiment.base, tally.runs, options.project, console);
  if (tally.stopped) {
    console.note("Stopped; the same command continues.");
    return exitCode(signals);
  }
  if (tally.failed)
    throw Error(fmt::format("{} of {} failed{}", tally.failed,
                            plural(static_cast<long long>(all.size()), "run"),
                            tally.untried > 0 ? fmt::format(", {} not tried", tally.untried) : ""));
  return 0;
}

}  // namespace

void addRun(Verbs& verbs) {
  verbs.add({"run", "Train every run of an experiment and print the comparison",
             "Finished runs of the project are kept, stopped and interrupted ones resumed, so that the same\n"
             "command continues where it ended. Ctrl-C, SIGTERM or SIGHUP writes a checkpoint first; a\n"
             "second one ends at once. SIGUSR1 writes one, and training goes on.\n"
             "Example: uada run demo --set recipe.training.epochs=2 --set 'seeds=[1,2,3]'"},
            describe, perform);
}

}  // namespace uada::cli
