#pragma once

#include <optional>

#include "app/cli/Options.h"

namespace uada::cli {

/// The request in a command line. None: help or the version was asked for and printed.
/// Throws UsageError for anything that cannot be understood. The only user of CLI11 is behind it.
std::optional<Request> parse(int argc, char** argv);

}  // namespace uada::cli
