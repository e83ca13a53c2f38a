#pragma once

#include <span>
#include <vector>

#include "core/engine/Reports.h"

namespace uada {

/// What ranks report of their parts of one step's batch, as numbers that add up to those of the whole batch.
/// (Loss, gradient and the task's metrics are the whole batch's before.)
std::vector<double> stepSums(const StepReport& report, const PolicyReport& policy);
/// Puts the sums over the ranks in place of one rank's.
void putStepSums(std::span<const double> sums, StepReport& report, PolicyReport& policy);

}  // namespace uada
