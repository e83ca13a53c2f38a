#pragma once

#include <string>
#include <vector>

#include "core/config/RunConfig.h"
#include "core/engine/tasks/Task.h"

namespace uada::store {

/// Whether the run's settings ask for a look after this epoch.
bool isJudged(const Runtime& runtime, int epoch);
/// By the median rule: why a run stops after an epoch; empty: it goes on. Fewer than two others are none to
/// compare with; of an even number the median is the mean of the two in the middle. A value that is no number
/// is worse than any.
/// value  its main metric of the test after that epoch
/// others  those of other runs, after as many epochs
std::string whyPruned(const Metric& metric, int epoch, double value, std::vector<double> others);

}  // namespace uada::store
