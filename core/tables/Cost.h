#pragma once

#include <optional>
#include <vector>

#include "core/tables/FinishedRun.h"

namespace uada {

/// What a run cost relative to the mean of the ra-uc runs of the same recipe (methods.md 1.4).
struct CostRatios {
  std::optional<double>
      time;  ///< training seconds; against ra-uc runs on the same host, device and threads only
  std::optional<double> forwards, chains;
};
/// raUc  the runs of ra-uc of the same recipe; empty: no ratios
CostRatios costRatios(const FinishedRun& run, const std::vector<FinishedRun>& raUc);

/// The runs of method ra-uc among them.
std::vector<FinishedRun> raUcRuns(const std::vector<FinishedRun>& runs);

}  // namespace uada
