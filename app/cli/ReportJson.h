#pragma once

#include "core/base/Json.h"
#include "core/engine/Reports.h"
#include "core/store/Records.h"

namespace uada::cli {

/// A number of steps; 0 stands for not known yet and becomes null.
Json stepsJson(std::int64_t steps);
/// What was recorded as JSON with the keys of design.md 8. Quantities that a run does not have are null.
Json summaryJson(const RunSummary& run);
Json manifestJson(const Manifest& manifest);
Json stepJson(const StepReport& report);
Json epochJson(const EpochReport& report);
Json checkpointJson(const CheckpointReport& report);
Json resultJson(const ResultReport& report);
Json policyJson(const PolicyReport& report);

}  // namespace uada::cli
