#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/base/Json.h"
#include "core/engine/Reports.h"
#include "core/engine/tasks/MetricSum.h"

namespace uada {

/// Sums over the steps of a running epoch.
struct EpochSums {
  double loss = 0;  ///< of the trained batches, each times its samples
  std::int64_t count = 0;
  std::vector<MetricSum> metrics;
  double seconds = 0;
  Counts counts;
  Timings timings;
  /// metrics  of the step's batch
  void add(const StepReport& report, const std::vector<MetricSum>& metrics);
  /// The loss and the metrics over what was added.
  Metrics means() const;
};

/// Where a run stands: all that a resumed run needs beside the tensors. Random numbers need no state, the
/// learning rate is a function of the step.
struct Progress {
  std::int64_t step = 0;         ///< done, over the run
  int epoch = 1;                 ///< running, from 1; epochs + 1: all done
  std::int64_t stepInEpoch = 0;  ///< done in it; all: only its test is left
  EpochSums sums;
  Counts counts;       ///< over the run
  double seconds = 0;  ///< of training over the run, tests left out
  int rowsAtOnce = 0;  ///< at most, in training: Stepper::setRowsAtOnce
  double best =
      std::numeric_limits<double>::quiet_NaN();  ///< of the main metric; NaN: no test gave a number yet
  int bestEpoch = 0;
  int firstEpoch = 0;             ///< of a fork: the last epoch of the run that it was forked from, else 0
  Metrics last;                   ///< of the last test
  std::vector<EditReport> edits;  ///< made so far, in order
};

/// Where a fork of a run begins that stands there: its own cost, best test and edits are none yet.
Progress forked(Progress progress);

Json toJson(const Progress& progress);
/// Also reads what earlier versions wrote: numbers by their place, and top-1 and top-5 by key.
Progress progressFromJson(const Json& json);

}  // namespace uada
