#pragma once

#include "app/cli/Options.h"

namespace uada::cli {

/// The verbs. Each does what its help says, prints, and returns the exit code; throws Error if
/// it could not, UsageError if it was asked for something that is not on offer.
int perform(const ListOptions& options);
int perform(const ApplyOptions& options);
int perform(const SampleOptions& options);
int perform(const RunOptions& options);
int perform(const ResumeOptions& options);
int perform(const StopOptions& options);
int perform(const RunsOptions& options);
int perform(const ShowOptions& options);
int perform(const TableOptions& options);
int perform(const ExportOptions& options);
int perform(const ReplayOptions& options);
int perform(const DataCheckOptions& options);
int perform(const EvalSegOptions& options);
int perform(const BenchOptions& options);
int perform(const PolicyImportOptions& options);
int perform(const PolicyListOptions& options);
int perform(const PolicyRemoveOptions& options);
int perform(const DoctorOptions& options);
int perform(const QueueAddOptions& options);
int perform(const QueueListOptions& options);
int perform(const QueueRemoveOptions& options);
int perform(const QueueRunOptions& options);

}  // namespace uada::cli
