#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/Engine.h"
#include "core/store/Project.h"

namespace uada {

/// A run that is to go on from another one's checkpoint.
struct Fork {
  RunConfig config;                  ///< forkedConfig()
  Lineage from;                      ///< of the other run
  std::filesystem::path checkpoint;  ///< its file
};
/// What a fork of a run from one of its checkpoints begins with.
/// sets    of forkedConfig(), to which edits up to the checkpoint are added
/// throws  UsageError as forkedConfig()
Fork forkOf(const ProjectReader& project, const RunDetail& run, const FoundCheckpoint& from,
            const std::vector<std::string>& sets);

/// One attempt of one run: its row, its folder, the engine's job and the sink between them. Made and
/// destroyed on one thread; destroying it stops the job with a checkpoint.
class RunSession {
 public:
  /// Creates the run and its folder with config.json, and starts. observer: also gets every report, on the
  /// job's thread, after the storage thread's channel; may be null; outlives the session.
  /// queued  the run of the project's queue that it is, which is taken out; 0: none
  RunSession(ProjectWriter& project, Engine& engine, const RunConfig& config, Sink* observer,
             std::int64_t queued = 0);
  /// Resumes the run from the newest checkpoint of its folder that is whole and its own (from the beginning
  /// if it has none). run.config may differ from what is stored in what does not define the run (configHash,
  /// seed): folder, device and runtime are taken and recorded; the number of threads stays that of the first
  /// attempt. What changed, and checkpoints that were passed over, are told as events.
  RunSession(ProjectWriter& project, Engine& engine, const RunDetail& run, Sink* observer);
  /// Creates the run, with its lineage, and starts it from the checkpoint. If that cannot be, there is no
  /// run.
  RunSession(ProjectWriter& project, Engine& engine, const Fork& fork, Sink* observer);
  ~RunSession();

  const RunSummary& run() const;
  std::filesystem::path folder() const;
  Job& job();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// On this host: SIGTERM to the run's process; else a file `stop` in its folder. Throws Error if the run is
/// not live.
void requestStop(const ProjectReader& project, const RunSummary& run);

}  // namespace uada
