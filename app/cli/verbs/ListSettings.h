#pragma once

#include "app/cli/Console.h"
#include "app/cli/Options.h"

namespace uada::cli {

/// Settings with default, range and meaning: of the one that is named, or of all.
/// throws  UsageError if nothing of that name has settings
void listSettings(const Console& console, const ListOptions& options);

}  // namespace uada::cli
