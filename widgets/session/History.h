#pragma once

#include <cstdint>
#include <vector>

#include "core/engine/Reports.h"
#include "widgets/session/Pyramid.h"

namespace uada {

class ProjectReader;

/// What the window keeps of the steps and epochs of one run. Grows step by step, in bounded memory: exact
/// numbers of long runs are read from the project again.
struct History {
  Pyramid loss, gain;
  Pyramid seconds;       ///< of training, up to and with a step
  Timings timings = {};  ///< sums over all steps
  std::vector<EpochReport> epochs;
  int attempts = 0;  ///< of the run when it was read

  bool empty() const { return loss.empty(); }
  std::uint64_t steps() const { return loss.size(); }
  std::int64_t lastStep() const { return loss.lastStep(); }
  bool hasGain() const;
  /// Whether every value is there.
  bool isExact() const { return loss.isExact(); }
  /// The bold lines of a plot.
  const Pyramid& smoothLoss(double weight) const { return smoothLoss_.of(loss, weight); }
  const Pyramid& smoothGain(double weight) const { return smoothGain_.of(gain, weight); }

  /// Passed over if the step is not after the last one.
  void add(const StepReport& report);
  /// In place of that epoch and those after it.
  void add(const EpochReport& report);
  /// Gives up the finest values. Returns false if there is nothing to give up.
  bool coarsen();
  std::size_t bytes() const;

  /// From the project, a part after another: no more than these are in memory at a time.
  /// withSteps  else the epochs alone
  /// last       steps after it are left out
  /// known      the last step that is known of the run; there may be more
  static History read(const ProjectReader& reader, std::int64_t run, bool withSteps, std::int64_t last,
                      std::int64_t known);

 private:
  mutable Smoothing smoothLoss_, smoothGain_;
};

}  // namespace uada
