#pragma once

#include "core/base/Json.h"
#include "core/engine/Reports.h"
#include "core/store/Records.h"

namespace uada::cli {

/// What was recorded as JSON with the keys of design.md 8. Quantities that a run does not have are null.
Json summaryJson(const RunSummary& run);
Json manifestJson(const Manifest& manifest);
Json stepJson(const StepReport& report);
Json epochJson(const EpochReport& report);
Json checkpointJson(const CheckpointReport& report);
Json resultJson(const ResultReport& report);
Json policyJson(const PolicyReport& report);

}  // namespace uada::cli
