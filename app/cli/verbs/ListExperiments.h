#pragma once

#include <string>

#include "app/cli/Console.h"

namespace uada::cli {

/// All experiments with their runs and what these cost; or one, by recipe and method, with the cells of the
/// paper's tables that they feed.
/// name     of the one; empty: all. Throws UsageError listing the names
/// project  file whose finished runs say how fast this machine is; it need not be there
void listExperiments(const Console& console, const std::string& name, const std::string& project);

}  // namespace uada::cli
