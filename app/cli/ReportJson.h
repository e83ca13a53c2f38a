#pragma once

#include "core/base/Json.h"
#include "core/engine/Reports.h"
#include "core/store/Records.h"

namespace uada::cli {

/// A number of steps; 0 stands for not known yet and becomes null.
Json stepsJson(std::int64_t steps);
/// What was recorded as JSON Quantities that a run does not have are null.
Json summaryJson(const RunSummary& run);
Json manifestJson(const Manifest& manifest);

}  // namespace uada::cli
