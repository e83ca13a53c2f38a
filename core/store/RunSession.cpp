#include "core/store/RunSession.h"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Text.h"
#include "core/config/Fork.h"
#include "core/engine/Edits.h"
#include "core/store/Checkpoints.h"
#include "core/store/Database.h"
#include "core/store/Inserter.h"
#include "core/store/LockStep.h"
#include "core/store/Locks.h"
#include "core/store/MachineRecord.h"
#include "core/store/Pruning.h"
#include "core/store/RunLog.h"
#include "core/store/StopSignal.h"
#include "core/store/WorkingTree.h"

namespace uada {

using namespace store;

namespace {

constexpr std::size_t kConfigBytes = 16u << 20;
constexpr std::chrono::milliseconds kPatience(1000);  // for rows to be stored before a checkpoint is written

/// Hands each report of one attempt to the log in its folder, to the store and then to the observer.
class Recorder : public Sink {
 public:
  /// checkpoints  of earlier attempts, in the order in which they were written
  Recorder(ProjectWriter& project, const RunSummary& run, const Runtime& runtime, int attempt, RunLog log,
           std::vector<std::filesystem::path> checkpoints, Sink* observer)
      : project_(project),
        summary_(run),
        runtime_(runtime),
        run_(run.id),
        attempt_(attempt),
        rotation_(std::move(checkpoints)),
        observer_(observer),
        log_(std::move(log)) {}

  void take(const Report& report) override {
    log_.add(report);
    tellMachine(report);
    project_.append(run_, attempt_, report);
    if (const auto* checkpoint = std::get_if<CheckpointReport>(&report)) rotation_.written(checkpoint->file);
    if (const auto* epoch = std::get_if<EpochReport>(&report)) tested_ = *epoch;
    if (observer_) observer_->take(report);
  }
  void beforeCheckpoint() override {
    if (project_.settle(kPatience)) rotation_.stored();
    if (observer_) observer_->beforeCheckpoint();
  }
  std::string whyStop() override {
    if (!isJudged(runtime_, tested_.epoch)) return {};
    try {
      const Metric& metric = mainMetric(summary_);
      return whyPruned(metric, tested_.epoch, metricOf(tested_.test, metric.name),
                       ProjectReader(project_.file()).testsAfter(tested_.epoch, summary_));
    } catch (const Error&) {  // the project is gone or locked: whoever writes it says so
      return {};
    }
  }
  bool isWatched() const override { return observer_ && observer_->isWatched(); }
  /// Of its steps, and whether it is trained just now, it tells this one; outlives the recorder's last
  /// report.
  void tell(MachineRecord* machine) { machine_ = machine; }
  /// The job is over and all rows are stored.
  void beforeEnd() { rotation_.stored(); }
  /// The job never came to be: the observer learns it from the exception.
  void recordFailure(const std::string& text) {
    observer_ = nullptr;
    take(StateReport{RunState::failed, text, "", 0, ""});
  }

 private:
  void tellMachine(const Report& report) {
    if (!machine_) return;
    if (const auto* step = std::get_if<StepReport>(&report)) machine_->stepDone(step->step);
    if (const auto* state = std::get_if<StateReport>(&report))
      machine_->setActive(isLive(state->state) && state->state != RunState::paused);
  }
  ProjectWriter& project_;
  const RunSummary summary_;
  const Runtime runtime_;
  EpochReport tested_;  ///< the last one
  const std::int64_t run_;
  const int attempt_;
  Rotation rotation_;
  Sink* observer_;
  MachineRecord* machine_ = nullptr;
  RunLog log_;
};

void makeFolder(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code)
    throw Error(fmt::format("cannot make the run's folder '{}': {}", folder.string(), code.message()));
}

/// "runtime.device is \"cpu\" (was \"cuda:0\")" for each value that differs, by its path.
std::vector<std::string> changed(const Json& before, const Json& after, const std::string& path) {
  if (before == after) return {};
  if (!before.isObject() || !after.isObject())
    return {fmt::format("{} is {} (was {})", path, after.dump(), before.dump())};
  std::vector<std::string> all;
  for (const auto& [key, value] : after.asObject()) {
    const Json* old = before.find(key);
    const std::string name = path.empty() ? key : path + "." + key;
    for (std::string& one : changed(old ? *old : Json(), value, name)) all.push_back(std::move(one));
  }
  return all;
}

/// A log that is a named pipe would make the run wait, or lose its lines.
void requireRegular(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto status = std::filesystem::status(file, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    throw Error(fmt::format("cannot write '{}': it is not a regular file; move it away", file.string()));
}

/// Beside the configuration, what the program's source had otherwise than its commit. A run does not fail for
/// want of it.
void keepChanges(const std::filesystem::path& project, const std::string& key, int attempt) {
  const std::optional<TreeChanges>& changes = changesOfThisProgram();
  if (!changes) return;
  try {
    writeFileAtomically(changesFile(project, key, attempt), changes->text);
  } catch (const Error&) {
  }
}

std::string configText(const RunConfig& config) { return toJson(config).dump(2) + "\n"; }

std::string ownerText(std::int64_t pid) {
  return fmt::format("{} {} {}\n", pid, processStart(pid), hostName());
}

}  // namespace

struct RunSession::Impl {
  Impl(ProjectWriter& project, RunSummary summary)
      : project(project), run(std::move(summary)), folder(runFolder(project.file(), run.key)) {}
  ~Impl() {
    job.reset();
    machine.reset();
    try {
      project.flush();
      if (recorder) recorder->beforeEnd();
    } catch (const Error&) {
      // What could not be written is still queued and named by ProjectWriter::problem().
    }
  }

  void takeLock();
  void checkConfig(const RunConfig& config) const;
  RunConfig adopt(const RunDetail& wanted, std::vector<std::string>& remarks);
  void begin(Engine& engine, const RunConfig& config, Sink* observer, const std::vector<std::string>& remarks,
             std::vector<EditReport> edits = {});
  void prepare(const RunConfig& config);
  void recordMachine(int attempt);
  std::string startName() const;

  ProjectWriter& project;
  RunSummary run;
  const std::filesystem::path folder;
  FileLock lock;
  ResumePoint point;
  bool isFork = false;  ///< the point is another run's checkpoint
  std::unique_ptr<Recorder> recorder;
  std::unique_ptr<MachineRecord> machine;
  std::unique_ptr<Job> job;
};

void RunSession::Impl::takeLock() {
  makeFolder(folder);
  lock = FileLock::tryLock(runLockFile(project.file(), run.key));
  if (!lock.held())
    throw Error(fmt::format("run {} is being trained by another process; stop it first", run.key));
  lock.write(ownerText(::getpid()));
  removeLeftovers(folder);  // nobody else trains the run, so that these are of processes that were killed
}

/// What is resumed must be what was started: where and how it runs may have changed.
void RunSession::Impl::checkConfig(const RunConfig& config) const {
  if (configHash(config) != run.configHash || config.seed != run.seed)
    throw Error(fmt::format(
        "run {} cannot be resumed: its stored configuration no longer gives the hash {:.12} and the seed {} "
        "that were recorded with it",
        run.key, run.configHash, run.seed));
  const auto file = folder / "config.json";
  if (!std::filesystem::exists(file)) return;
  const RunConfig kept = runConfigFromJson(readJsonFile(file), file.string());
  if (configHash(kept) != run.configHash || kept.seed != run.seed)
    throw Error(fmt::format(
        "run {} cannot be resumed: '{}' differs from the configuration in the project; restore it, or "
        "remove it to go by the project",
        run.key, file.string()));
}

/// The configuration to go on with. What may change is taken from `wanted` and recorded in the project; the
/// number of threads changes bits, so that a run keeps the one it began with.
RunConfig RunSession::Impl::adopt(const RunDetail& wanted, std::vector<std::string>& remarks) {
  checkConfig(wanted.config);
  RunConfig config = wanted.config;
  int threads = 0;
  for (const Manifest& attempt : wanted.attempts)
    if (threads == 0) threads = attempt.threads;
  const RunConfig stored = ProjectReader(project.file()).detail(run.id).config;
  if (threads > 0) {
    const int asked = config.runtime.threads;
    if (asked > 0 && asked != threads)
      remarks.push_back(
          fmt::format("the run goes on with the {} threads it began with, not {}: another number "
                      "would change its results",
                      threads, asked));
    config.runtime.threads = stored.runtime.threads;
  }
  const auto changes = changed(toJson(stored), toJson(config), "");
  if (!changes.empty()) {
    remarks.push_back("changed since the run was last started: " + joined(changes, ", "));
    project.setConfig(run.id, config);
  }
  const auto file = folder / "config.json";
  if (!std::filesystem::exists(file) || readTextFile(file, kConfigBytes) != configText(config))
    writeFileAtomically(file, configText(config));
  if (threads > 0) config.runtime.threads = threads;
  return config;
}

void RunSession::Impl::prepare(const RunConfig& config) {
  if (!lock.held()) takeLock();
  for (const char* name : {kLogName, kStepsName}) requireRegular(folder / name);
  const auto file = folder / "config.json";
  if (!std::filesystem::exists(file)) writeFileAtomically(file, configText(config));
  if (config.policyFile)
    writeFileAtomically(folder / "policy.json", config.policyFile->text);  // makes the folder whole
  std::error_code ignored;
  std::filesystem::remove(folder / "stop", ignored);  // of an earlier attempt
}

/// Of the checkpoint that the attempt begins with; of another run's with the name of its folder.
std::string RunSession::Impl::startName() const {
  const std::string name = point.file.filename().string();
  return isFork ? point.file.parent_path().filename().string() + '/' + name : name;
}

void RunSession::Impl::begin(Engine& engine, const RunConfig& config, Sink* observer,
                             const std::vector<std::string>& remarks, std::vector<EditReport> edits) {
  std::string problem;
  try {
    prepare(config);
  } catch (const Error& e) {
    problem = e.what();
  }
  const Manifest manifest = currentManifest();
  const int attempt = project.beginAttempt(run.id, manifest, startName());
  run.attempts = attempt;
  if (problem.empty()) keepChanges(project.file(), run.key, attempt);
  run.state = RunState::preparing;
  recorder =
      std::make_unique<Recorder>(project, run, config.runtime, attempt,
                                 RunLog(folder, run, attempt, manifest, startName()), point.kept, observer);
  for (const std::string& remark : remarks) recorder->take(EventReport{remark});
  try {
    if (!problem.empty()) throw Error(problem);
    recordMachine(attempt);
    job = engine.start(work::Train{config, folder, point.file, isFork, std::move(edits)}, *recorder);
  } catch (const std::exception& e) {
    recorder->recordFailure(problemText(e, "the start of " + runTitle(config)));
    throw;
  }
}

void RunSession::Impl::recordMachine(int attempt) {
  machine = std::make_unique<MachineRecord>(
      MachineRecord::Rules{.folder = project.file().parent_path()}, point.step,
      [this, attempt](MachineRow row) { project.append(run.id, attempt, std::move(row)); },
      [this, attempt](std::string why) { project.append(run.id, attempt, EventReport{std::move(why)}); });
  recorder->tell(machine.get());
}

RunSession::RunSession(ProjectWriter& project, Engine& engine, const RunConfig& config, Sink* observer,
                       std::int64_t queued)
    : impl_(std::make_unique<Impl>(project, project.createRun(config, queued))) {
  impl_->begin(engine, config, observer, {});
}

RunSession::RunSession(ProjectWriter& project, Engine& engine, const RunDetail& run, Sink* observer)
    : impl_(std::make_unique<Impl>(project, run.summary)) {
  if (run.summary.state == RunState::finished)
    throw Error(fmt::format("run {} is finished: nothing is left to train", run.summary.key));
  if (!run.checkpoints.empty() && !std::filesystem::exists(impl_->folder))
    throw Error(fmt::format(
        "run {} has {} in the project, but its folder '{}' is not there: move it to that place, or train "
        "the run anew",
        run.summary.key, run.checkpoints.size() == 1 ? "a checkpoint" : "checkpoints",
        impl_->folder.string()));
  impl_->takeLock();
  std::vector<std::string> remarks;
  const RunConfig config = impl_->adopt(run, remarks);
  impl_->point = adoptCheckpoint(engine, impl_->folder, run);
  if (const Lineage& from = run.summary.lineage; impl_->point.file.empty() && !from.run.empty())
    throw Error(fmt::format(
        "run {} was forked from {} after step {}, and has no checkpoint of its own to go on from: "
        "delete it, and fork that run again",
        run.summary.key, from.run, groupedText(from.step)));
  for (const std::string& remark : impl_->point.remarks) remarks.push_back(remark);
  impl_->begin(engine, config, observer, remarks, run.edits);
}

RunSession::RunSession(ProjectWriter& project, Engine& engine, const Fork& fork, Sink* observer)
    : impl_(std::make_unique<Impl>(project, project.createRun(fork.config, 0, fork.from))) {
  impl_->point.file = fork.checkpoint;
  impl_->isFork = true;
  try {
    impl_->begin(engine, fork.config, observer, {});
  } catch (...) {
    const std::int64_t run = impl_->run.id;
    impl_.reset();  // gives up its lock
    project.removeRun(run);
    throw;
  }
}

Fork forkOf(const ProjectReader& project, const RunDetail& run, const FoundCheckpoint& from,
            const std::vector<std::string>& sets) {
  RunConfig config = run.config;
  for (const EditReport& edit : run.edits)
    if (edit.step <= from.step) config = withEdit(config, edit);
  if (areTwins(config.experiment)) config.experiment.clear();  // it is no twin of these
  return {forkedConfig(config, sets, project.policies()),
          {run.summary.key, from.step, run.summary.configHash + run.summary.origin()},
          from.file};
}

RunSession::~RunSession() = default;
const RunSummary& RunSession::run() const { return impl_->run; }
std::filesystem::path RunSession::folder() const { return impl_->folder; }
Job& RunSession::job() { return *impl_->job; }

void requestStop(const ProjectReader& project, const RunSummary& run) {
  const RunSummary now = project.findRun(run.key);
  if (!isLive(now.state))
    throw Error(fmt::format("run {} is not being trained (it is {})", now.key, stateName(now.state)));
  const auto lockFile = runLockFile(project.file(), now.key);
  const bool locked = std::filesystem::exists(lockFile);
  // In another container the same number may be another process: the lock file says which one is meant.
  const bool isHere =
      now.host == hostName() && (!locked || readTextFile(lockFile, 4096) == ownerText(now.pid));
  if (!isHere) return writeFileAtomically(runFolder(project.file(), now.key) / "stop", "stop\n");
  sigval meaning{};
  meaning.sival_int = kStopRun;
  if (::sigqueue(static_cast<pid_t>(now.pid), SIGTERM, meaning) != 0)
    throw Error(fmt::format("cannot stop process {} of run {}: {}", now.pid, now.key, std::strerror(errno)));
}

}  // namespace uada
