#pragma once

#include <string>

#include "core/settings/Choice.h"

namespace uada {

/// As `uada bench step` names methods: by their names, `uada-fast`, or as JSON with their settings. Throws
/// UsageError.
Choice benchedMethod(const std::string& name);

}  // namespace uada
