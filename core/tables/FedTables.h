#pragma once

#include <span>
#include <vector>

#include "core/store/Project.h"

namespace uada {

/// The numbers of the paper's tables in whose cells the run counts, in order; empty: in none.
/// all  the runs of the project
std::vector<int> tablesFedBy(const ProjectReader& project, const RunSummary& run,
                             std::span<const RunSummary> all);

}  // namespace uada
