#pragma once

#include "app/cli/Console.h"
#include "core/data/Loading.h"

namespace uada::cli {

/// Says on standard error what a user should know of a data set that is opened, and every few seconds how far
/// the looking at its files has come. The console outlives it.
Loading loadingOf(const Console& console);

}  // namespace uada::cli
