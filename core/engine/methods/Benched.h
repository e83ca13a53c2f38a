#pragma once

#include <string>

#include "core/settings/Choice.h"

namespace uada {

/// As `uada bench step` names methods: by their names, and `uada-fast`. Throws UsageError.
Choice benchedMethod(const std::string& name);

}  // namespace uada
