#pragma once

#include <memory>
#include <string>

#include "core/engine/Engine.h"
#include "core/store/Project.h"

namespace uada {

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
