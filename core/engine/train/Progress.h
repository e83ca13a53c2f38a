#pragma once

#include "core/base/Json.h"
#include "core/engine/Reports.h"

namespace uada {

/// Sums over the steps of a running epoch.
struct EpochSums {
  double loss = 0;  ///< of the trained batches, each times its samples
  std::int64_t correct = 0, count = 0;
  double seconds = 0;
  Counts counts;
  Timings timings;
  void add(const StepReport& report);
};

/// Where a run stands: all that a resumed run needs beside the tensors. Random numbers need no state, the
/// learning rate is a function of the step.
struct Progress {
  std::int64_t step = 0;         ///< done, over the run
  int epoch = 1;                 ///< running, from 1; epochs + 1: all done
  std::int64_t stepInEpoch = 0;  ///< done in it; all: only its test is left
  EpochSums sums;
  Counts counts;         ///< over the run
  double seconds = 0;    ///< of training over the run, tests left out
  double bestTop1 = -1;  ///< below 0: no epoch was tested yet
  int bestEpoch = 0;
  double lastTop1 = 0, lastTop5 = 0, lastLoss = 0;
};

Json toJson(const Progress& progress);
Progress progressFromJson(const Json& json);

}  // namespace uada
