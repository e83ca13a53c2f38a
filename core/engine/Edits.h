#pragma once

#include <string>

#include "core/config/RunConfig.h"
#include "core/engine/Reports.h"

namespace uada {

/// The configuration from the edit on. Throws UsageError as withLiveSetting().
RunConfig withEdit(const RunConfig& config, const EditReport& edit);
/// "recipe.optimiser.learning_rate is 0.05 (was 0.1) from step 121 on"
std::string editText(const EditReport& edit);

}  // namespace uada
