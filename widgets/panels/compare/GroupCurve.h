#pragma once

#include <vector>

#include "core/engine/Reports.h"
#include "core/engine/tasks/Task.h"
#include "widgets/plot/Plot.h"

namespace uada {

/// A test metric of runs that differ in the seed alone, over the epochs: the mean of those that have tested
/// after an epoch, and where there are two or more their sample standard deviation on either side.
struct GroupCurve {
  Curve mean;
  Band spread;  ///< empty: there are never two
};
/// runs  the epochs of each
GroupCurve groupCurve(const std::vector<const std::vector<EpochReport>*>& runs, const Metric& metric);

}  // namespace uada
