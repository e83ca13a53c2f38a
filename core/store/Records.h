#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/config/RunConfig.h"
#include "core/engine/DecisionLine.h"
#include "core/engine/Reports.h"
#include "core/engine/tasks/Task.h"

namespace uada {

/// What was true on the machine when an attempt started (recorded with it).
struct Manifest {
  std::string host, user, program, git, libtorch, compiler, cpu;
  std::string device;
  int threads = 0;
  std::int64_t pid = 0;
  std::string dataHash;
  std::optional<bool> isDataPublished;  ///< none: not known
};
/// All but device, threads and what tells the data, which the engine's reports bring.
Manifest currentManifest();

/// "a0181da3+8e2eb146": the beginnings of a data hash's parts, of the training and of the test set.
std::string shortDataHash(const std::string& dataHash);
/// In words whether images are the published ones; none: not known.
const char* verdictText(std::optional<bool> isPublished);

/// Whether a process works on a run in this state: preparing, running, paused or stopping.
bool isLive(RunState state);

/// Whose checkpoint a run began with.
struct Lineage {
  std::string run;        ///< its key, also where it has been deleted since; empty: the run is no fork
  std::int64_t step = 0;  ///< after which the checkpoint was
  std::string config;  ///< equal for runs that repeated that one until then: its configHash, and its origin()
};

/// One row of the list of runs. Numbers are derived from rows, never stored twice.
struct RunSummary {
  std::int64_t id = 0;
  std::string key;    ///< 8 hexadecimal digits, unique across projects: names the run folder
  std::string title;  ///< "r18-c10-uada-s1"
  std::string experiment;
  std::string dataset, model, method;
  std::int64_t seed = 0;
  std::string configHash, recipeHash;
  std::string dataHash;  ///< of the images it was trained and tested on; empty: they were not read yet
  std::optional<bool> isDataPublished;  ///< whether they are the published ones; none: not known
  RunState state = RunState::interrupted;
  std::string problem;  ///< of a failed run
  /// What is wrong with its rows, in words: "epochs: 0 to 2147483647 expected, -5 found"; such values are
  /// left out of what stands here. Empty: nothing.
  std::string damage;
  int attempts = 0;
  int failures = 0;            ///< attempts that failed
  bool hasCheckpoint = false;  ///< one to go on from was written
  bool isRenamed = false;      ///< a person gave the title
  int epoch = 0, epochs = 0;
  std::int64_t step = 0;
  std::int64_t stepsPerEpoch = 0;  ///< of the data that is there; 0: not known yet
  /// Of all epochs; 0: not known yet.
  std::int64_t plannedSteps() const { return stepsPerEpoch * epochs; }
  std::optional<double> loss;  ///< of the last step
  std::string metric;          ///< the main one of its task: what `best` is of; empty: not known
  std::optional<double> best;  ///< of the tests after its epochs
  int bestEpoch = 0;           ///< the first with it
  Metrics last;                ///< of the test after its last epoch
  /// None: there was no such test yet. NaN: the test gave no number.
  std::optional<double> lastOf(std::string_view name) const;
  std::optional<double> lastMain() const { return lastOf(metric); }
  bool hasDiverged =
      false;           ///< finished, with a main metric or a loss of the last test that is no finite number
  double seconds = 0;  ///< training, all attempts
  Counts counts;
  std::string created, ended;  ///< UTC, ISO 8601
  std::string host, device;
  std::int64_t pid = 0;
  int threads = 0;
  std::string notes, tags;
  Lineage lineage;
  int edits = 0;  ///< settings that were changed while it trained
  /// Whether it was trained from beginning to end with the configuration that its hash is of: others are no
  /// repeats of one another, and do not count in tables.
  bool isOfOneConfig() const { return lineage.run.empty() && edits == 0; }
  /// What tells it from runs of its configuration that are no repeats of it: how it came about, where that is
  /// not by training with that configuration alone. Of forks equal where repeats were forked after the same
  /// step; of an edited run its key.
  std::string origin() const {
    if (edits > 0) return key;
    return lineage.run.empty() ? std::string() : lineage.config + '@' + std::to_string(lineage.step);
  }
  /// What came of the last time that steps of it were trained again, after the day: "2026-11-30: steps 21 to
  /// 40 ... are equal to the last bit ..., on HOST"; empty: that was not done.
  std::string certificate;
  bool isRepeatable = false;  ///< they were equal
};

/// How the text of an event begins that keeps such a verdict, and what the verdict says of equal steps.
constexpr const char* kRepetitionEvent = "trained again: ";
constexpr const char* kEqualToTheBit = "are equal to the last bit";

/// The task of the run's model; classification if no catalogue has that model.
const Task& taskOf(const RunSummary& run);
/// What the run's `best` is of.
const Metric& mainMetric(const RunSummary& run);

/// What tables are made of: a finished run with its configuration.
struct FinishedRun {
  RunSummary summary;
  /// Runs with equal hashes share it: its seed, and what else does not define the result, may be another's.
  std::shared_ptr<const RunConfig> config;
};

/// Configurations by their hash; none is null. What does not define the result may be any run's of the hash.
using ConfigsByHash = std::unordered_map<std::string, std::shared_ptr<const RunConfig>>;

/// A run that waits for its turn.
struct QueuedRun {
  std::int64_t id = 0;  ///< no other run of the project's queue ever has it
  std::string title;
  std::string added;  ///< UTC, ISO 8601
};

/// A run that was taken out of the queue, as it stood there.
struct TakenOut {
  std::string title, config, added;
  std::int64_t place = 0;
  std::vector<PolicyFile> policies;  ///< that it names
};

/// How programs take runs from a project's queue: kept in the project, so that all of them do alike.
struct QueueRules {
  bool isPaused = false;           ///< no next run is begun; one that trains goes on
  bool stopsAfterFailure = false;  ///< a run that failed keeps the next ones back
  friend bool operator==(const QueueRules&, const QueueRules&) = default;
};

/// A table that people have made of a project's runs.
struct StoredTable {
  std::string name;        ///< no other one of the project has it
  std::string definition;  ///< JSON: see core/tables/OwnTable.h
  std::string view = {};   ///< a query: what the view of that name gives; empty: there is none
};

/// Where a decision stands in a project.
struct DecisionPlace {
  std::int64_t attempt = 1;  ///< from 1
  std::int64_t step = 0;
  std::int64_t sample = 0;  ///< Decision::index
};

/// A run with everything that was recorded about it.
struct RunDetail {
  RunSummary summary;
  RunConfig config;
  std::vector<Manifest> attempts;
  std::vector<CheckpointReport> checkpoints;
  std::vector<std::string> events;
  std::vector<EditReport> edits;
};

/// Where the decisions of an attempt come from.
DecisionOrigin originOf(const RunDetail& run, std::int64_t attempt);

}  // namespace uada
