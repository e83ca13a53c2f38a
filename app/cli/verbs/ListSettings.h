#pragma once

#include <string>

#include "app/cli/Console.h"

namespace uada::cli {

/// Settings with default, range and meaning.
/// of  whose: a method's, a policy's and so on; empty: all
/// throws  UsageError if nothing of that name has settings
void listSettings(const Console& console, const std::string& of);

}  // namespace uada::cli
