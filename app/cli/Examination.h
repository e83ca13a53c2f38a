#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "core/base/Mailbox.h"
#include "core/engine/Engine.h"
#include "core/store/Project.h"

namespace uada::cli {

/// What names a checkpoint of a run, and how its network is looked at.
struct ExaminedRun {
  std::string run;
  std::string project = kDefaultProject;
  std::int64_t step = -1;  ///< the checkpoint after this one; -1: the newest
  bool best = false;       ///< the one of the epoch with the best test
  std::string folder;      ///< where the data set lies now; empty: as the run's configuration says
  std::string device;      ///< empty: as the run's configuration says
};
/// about  what the run is for
void describeExamined(Verb& verb, ExaminedRun& options, const char* about = "Run whose network is looked at");

/// The run's configuration as the options change it. Neither changes its hash.
RunConfig configOf(const RunDetail& run, const ExaminedRun& options);
/// Says which damaged files are passed over. Throws Error that lists the steps of the checkpoints that are
/// there.
FoundCheckpoint checkpointOf(Engine& engine, const ProjectReader& project, const RunSummary& run,
                             const ExaminedRun& options, const Console& console);

/// Carries reports from the thread of a job to the main thread.
class ReportFeed : public Sink {
 public:
  void take(const Report& report) override { box_.post(report); }
  std::vector<Report> drain() { return box_.drain().items; }

 private:
  Mailbox<Report> box_{100'000};
};

/// Does the work and hands on its reports on this thread; a signal stops it.
/// returns  the exit code of a signal, or 0
/// throws   Error if the work failed
int perform(Engine& engine, const Work& work, const Console& console,
            const std::function<void(const Report&)>& take);
/// The same with a sink of one's own.
/// sink       takes all reports, on the job's thread, and gives to `feed` what is handed on
/// eachRound  called again and again, at last when the job is done; what it throws stops the job; null:
///            nothing
int perform(Engine& engine, const Work& work, Sink& sink, ReportFeed& feed, const Console& console,
            const std::function<void(const Report&)>& take, const std::function<void()>& eachRound);

}  // namespace uada::cli
