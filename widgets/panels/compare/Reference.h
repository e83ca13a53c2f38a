#pragma once

#include <vector>

#include "core/tables/Table.h"

namespace uada {

/// The groups with their differences and ratios to one of them, in place of the usual reference. Those of
/// another recipe, or on other images, have none.
/// reference  a run of that group; 0, or of no group: as they are
std::vector<RunGroup> comparedWith(std::vector<RunGroup> groups, std::int64_t reference);

}  // namespace uada
