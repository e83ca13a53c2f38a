#pragma once

#include <memory>
#include <vector>

#include "core/tables/Listing.h"
#include "core/tables/Table.h"

namespace uada {

/// Equal for runs that repeat one another with another seed.
std::string configurationOf(const RunSummary& run);

/// In what the runs of a cell differ. Null: in nothing but the seed, and where times are measured they were
/// trained on one machine.
/// listing  with the settings of these runs
std::shared_ptr<const Mixture> mixtureOf(const std::vector<const FinishedRun*>& runs, const Listing& listing,
                                         bool isTime);

}  // namespace uada
