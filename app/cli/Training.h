#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/Signals.h"
#include "core/config/Sweep.h"
#include "core/store/Locks.h"
#include "core/store/RunSession.h"

namespace uada::cli {

/// How the training of one run ended.
struct Outcome {
  std::int64_t run = 0;
  RunState state = RunState::failed;
  std::string problem;  ///< of a failed run
};

/// One run as it is asked for: new, or what there is of it.
struct Task {
  RunConfig config;
  std::optional<RunDetail> resumed;  ///< none: a new run
  std::string prefix;                ///< before its lines: "[2/4] r18-c10-uada-s1"
  store::FileLock turn;              ///< given back once the run is recorded as being trained
  std::int64_t queued = 0;           ///< of the project's queue, which it leaves; 0: none
  /// What was noted of preparing runs, such as the device: of the next one it is not said again. Null: it is.
  std::set<std::string>* told = nullptr;
  std::optional<Fork> fork = {};  ///< the new run begins with another one's checkpoint
};

/// What names the runs of an experiment, for `run` and `queue add`.
struct ExperimentOptions {
  std::string experiment;
  std::vector<std::string> sets;
  std::string project = kDefaultProject;
  std::string device;  ///< empty: as the experiment says
};
void describeExperiment(Verb& verb, ExperimentOptions& options);
/// With all that is set; policies that the project keeps are known, too.
/// throws  UsageError where --device and runtime.device, which are the same, say different things
SweptExperiment readExperiment(const ExperimentOptions& options);
/// Of a training that a signal ended.
int exitCode(const StopSignals& signals);
/// Says that a run failed and why.
void reportFailure(const Outcome& outcome, const std::string& title, const Console& console);

/// Trains one run to its end, its failure or a signal; shows progress, or writes JSON lines. Waits for a
/// checkpoint when a signal comes.
Outcome train(ProjectWriter& project, Task task, const StopSignals& signals, const Console& console,
              bool quiet);

}  // namespace uada::cli
