#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/MachineRow.h"
#include "core/store/Records.h"

namespace SQLite {
class Database;
}

namespace uada {

/// "UADA" in ASCII: SQLite's application_id of a project file. user_version is the schema's version.
constexpr std::int32_t kApplicationId = 0x55414441;
constexpr int kSchemaVersion = 11;

/// PROJECT.files/KEY beside PROJECT.uada.
std::filesystem::path runFolder(const std::filesystem::path& project, const std::string& key);

/// Whether there is a project to read: false where there is no file, or one whose creation was cut short. A
/// ProjectWriter finishes such a file. Throws Error for any other file that is no project.
bool isProject(const std::filesystem::path& file);

/// Why a project that is there can be read and not written: "'/x/y.uada' cannot be written: Permission
/// denied". Empty: it can be, or there is none.
std::string readOnlyReason(const std::filesystem::path& file);

/// The only writer of a project file in this process: owns the connection and the thread that uses it.
/// Appends are gathered and committed every 250 ms; after kill -9 at most that much is lost. WAL,
/// synchronous=FULL. Any thread may call any member; appends wait only while the disk is gone and 4,096
/// reports are queued.
class ProjectWriter {
 public:
  /// Opens or creates. Throws Error for a file that is no database, another application's, of a newer schema
  /// (untouched in each case), on a read-only or network file system, or on a full disk. Runs left in a live
  /// state by a process that is gone are marked interrupted.
  explicit ProjectWriter(const std::filesystem::path& file);
  /// Commits what is queued and joins.
  ~ProjectWriter();
  const std::filesystem::path& file() const;

  /// Each of these waits for its commit (acknowledged rows are never lost) and throws Error if it failed.
  /// The policy file of the configuration is kept with the run; another one under a name that the project
  /// knows is refused.
  /// queued   a run of the queue, taken out by the same commit: an error if it is no longer there; 0: none
  /// lineage  of a fork
  RunSummary createRun(const RunConfig& config, std::int64_t queued = 0, const Lineage& lineage = {});
  /// Adds runs to the end of the queue, each with its policy file, all or none. Returns their numbers.
  std::vector<std::int64_t> queue(const std::vector<RunConfig>& runs);
  /// Takes one out of the queue.
  void unqueue(std::int64_t queued);
  /// Takes those that are still there out of the queue. Returns what requeue() puts back.
  std::vector<TakenOut> unqueue(const std::vector<std::int64_t>& queued);
  /// Puts runs back where they stood, under new numbers, all or none.
  void requeue(const std::vector<TakenOut>& runs);
  /// Moves those that are still there, in the order given, to stand before another one; before 0: to the end.
  void moveQueued(const std::vector<std::int64_t>& queued, std::int64_t before);
  void setQueueRules(const QueueRules& rules);
  /// In place of one of that name, with its view, which other programs read.
  /// before  the name that it had until now; empty: the same, or it is new
  /// Throws Error if a table of the file, or a view that is no such table's, has that name, in any case of
  /// letters.
  void keepTable(const StoredTable& table, const std::string& before = {});
  /// And its view. Throws Error if there is none of that name.
  void removeTable(const std::string& name);
  int beginAttempt(std::int64_t run, const Manifest& manifest, const std::string& fromCheckpoint);
  void setNotes(std::int64_t run, const std::string& notes, const std::string& tags);
  /// Of the same hash and seed: where the data lie, the device and the like.
  void setConfig(std::int64_t run, const RunConfig& config);
  /// What a person calls it: its title from then on; its key and its folder stay.
  void renameRun(std::int64_t run, const std::string& title);
  /// attempts  throws Error if it has been gone on with since it had so many; none: it does not matter
  void removeRun(std::int64_t run, std::optional<int> attempts = {});
  /// Other changes of core/store's: body is called on the storage thread; what it changes is committed whole
  /// or, where it throws, not at all.
  void change(const std::function<void(SQLite::Database&)>& body);
  void flush();
  /// As flush(), for whom a wait would hold up: returns whether all that was appended before is stored. Waits
  /// for `patience` at most, and not at all while commits fail or have kept somebody waiting before.
  bool settle(std::chrono::milliseconds patience);

  /// Appended in the order given; a failure is kept and shown by the next waiting call and by problem().
  void append(std::int64_t run, int attempt, Report report);
  /// The same, but where 4,096 reports wait it is left out: nothing hangs on it.
  void append(std::int64_t run, int attempt, MachineRow row);

  /// Why the last commit failed ("disk full ..."), or "". Queued rows are kept and tried again every second.
  std::string problem() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads a project file; never writes, never checkpoints. Used on the thread that opened it.
/// Where attempts overlap (a resume repeats the steps after its checkpoint) the later attempt's rows are
/// given.
/// Rows are checked: a damaged one is left out, or marked, and hides nothing else.
class ProjectReader {
 public:
  /// Throws Error as ProjectWriter does. A file on read-only media is opened with immutable=1.
  explicit ProjectReader(const std::filesystem::path& file);
  ~ProjectReader();
  const std::filesystem::path& file() const;

  /// Newest first. A run in a live state whose process is gone counts as interrupted.
  std::vector<RunSummary> runs() const;
  /// Oldest first. runs: only these; empty: all. Of a configuration what does not define the result (seed,
  /// the data's folder, runtime, experiment and recipe's name) may be another run's of the same hash, and
  /// the policy's file is left out.
  std::vector<FinishedRun> finishedRuns(const std::vector<std::int64_t>& runs = {}) const;
  /// A configuration for each hash, as finishedRuns() has them: those at hand, and of the other hashes what
  /// is stored. A hash is left out if what is stored of it is damaged.
  ConfigsByHash configs(ConfigsByHash known = {}) const;
  /// By key, unique start of a key (4 or more digits), numeric id or title; throws UsageError listing near
  /// ones.
  RunSummary findRun(std::string_view name) const;
  /// Throws Error if its configuration or its key is damaged.
  RunDetail detail(std::int64_t run) const;
  /// Of a run that is to be counted: none, with a remark, if this or another of its rows is damaged. Without
  /// the policy's file.
  std::optional<RunConfig> soundConfig(const RunSummary& run) const;
  /// The policy files that runs of the project and its queue use, by name.
  std::vector<PolicyFile> policies() const;
  /// Those after one step, up to and with another.
  std::vector<StepReport> steps(std::int64_t run, std::int64_t afterStep = 0,
                                std::int64_t lastStep = INT64_MAX - 1) const;
  std::vector<EpochReport> epochs(std::int64_t run) const;
  std::vector<PolicyReport> policy(std::int64_t run, std::int64_t afterStep = 0) const;
  /// What the machine did meanwhile, in order; nothing in a file from before version 11.
  std::vector<MachineRow> machine(std::int64_t run) const;
  /// Those that have come after a place, as long as its attempt is the newest; else all.
  MachineRows machineAfter(std::int64_t run, const MachinePlace& place) const;
  /// Newest first; limit 0: all. withPictures false leaves the images empty.
  std::vector<Decision> decisions(std::int64_t run, std::size_t limit, bool withPictures) const;
  /// Where the decisions stand, oldest first; what they say is not read.
  std::vector<DecisionPlace> decisionPlaces(std::int64_t run) const;
  /// One of them. Throws Error naming it if it, or a picture that is asked for, is damaged or no longer
  /// there.
  Decision decision(std::int64_t run, const DecisionPlace& place, bool withPictures) const;
  /// The same; none, and a picture empty, where it is damaged: takeRemarks() tells.
  std::optional<Decision> soundDecision(std::int64_t run, const DecisionPlace& place,
                                        bool withPictures) const;
  /// Of the classes of the run's data set, for captions; none: neither the catalogue nor the set's folder
  /// names them, or the run's configuration is damaged.
  std::vector<std::string> classNames(std::int64_t run) const;
  std::optional<CheckpointReport> lastCheckpoint(std::int64_t run) const;
  /// The main metric of the tests after an epoch, of the finished and running runs of an experiment on a data
  /// set, without one run. Damaged values are left out.
  std::vector<double> testsAfter(int epoch, const RunSummary& of) const;
  /// Settings that were changed while the run trained, in order.
  std::vector<EditReport> edits(std::int64_t run) const;
  /// The runs that wait, the next one first.
  std::vector<QueuedRun> queue() const;
  /// With its policy file. Throws Error if it is not in the queue or damaged.
  RunConfig queuedConfig(std::int64_t queued) const;
  QueueRules queueRules() const;
  /// The tables that people have made, by their names.
  std::vector<StoredTable> ownTables() const;
  /// What was left out of what was read since the last call, a sentence for each run and kind of row: "run
  /// 3fa2c1d0 of '/x/y.uada': 2 rows of decisions are damaged and left out (step 5: ...)", or that the run is
  /// not counted.
  std::vector<std::string> takeRemarks() const;
  /// Changes whenever another connection has committed: cheap to poll.
  std::int64_t dataVersion() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace uada
