#include "app/cli/Verbs.h"
#include "core/base/Error.h"

namespace uada::cli {
[[noreturn]] static int pending() { throw Error("this verb is not built yet"); }
int perform(const ApplyOptions&) { pending(); }
int perform(const SampleOptions&) { pending(); }
int perform(const RunOptions&) { pending(); }
int perform(const ResumeOptions&) { pending(); }
int perform(const StopOptions&) { pending(); }
int perform(const RunsOptions&) { pending(); }
int perform(const ShowOptions&) { pending(); }
int perform(const TableOptions&) { pending(); }
int perform(const ExportOptions&) { pending(); }
int perform(const DataCheckOptions&) { pending(); }
int perform(const BenchOptions&) { pending(); }
int perform(const DoctorOptions&) { pending(); }
}  // namespace uada::cli
