#pragma once

#include <vector>

#include "core/engine/models/Torch.h"
#include "core/engine/train/World.h"

namespace uada {

struct StepReports;

/// What the ranks add up in a step, in this order: what their losses are weighed by, where that is not their
/// rows; the step's numbers, among them who could not take it; gradients and running statistics, in one flat
/// buffer. Gradients are not sent while the backward pass still makes others: see docs/scale.md.
class RankSums {
 public:
  /// Of a step. hasWeight: whether losses have a weight of their own
  void begin(bool hasWeight);
  /// The part of this rank in the whole batch's loss.
  /// weight  of its own loss: a scalar, double
  double shareOfWeight(World& world, const at::Tensor& weight);

  /// A step that some ranks could not take.
  struct Faults {
    int count = 0, rank = 0;  ///< rank: one of them
    bool isMemory = false;    ///< memory was short for one
  };
  /// Adds up the numbers, in place. numbers: [n], double; of the same size on all ranks
  /// returns  none: all can go on
  Faults addNumbers(World& world, at::Tensor& numbers);
  /// Whether the others wait for this rank's numbers.
  bool isAwaited() const { return awaitsNumbers_; }
  /// Takes part in what is left of the sums, in place of numbers that this rank does not have.
  /// size  of the others' numbers
  void addFault(World& world, std::int64_t size, bool isMemory);

  /// Adds up the parameters' gradients, and what the step has added to running statistics, by the rank's
  /// share of the rows. statistics, before  the same, as they are and as they were before the step
  void addGradients(World& world, const std::vector<at::Tensor>& parameters,
                    const std::vector<at::Tensor>& statistics, const std::vector<at::Tensor>& before,
                    double share);

 private:
  bool awaitsWeight_ = false, awaitsNumbers_ = false;
  at::Tensor flat_;  ///< kept from step to step
};

}  // namespace uada
