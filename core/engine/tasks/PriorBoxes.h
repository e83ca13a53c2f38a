#pragma once

#include <cstdint>
#include <vector>

#include "core/data/Target.h"
#include "core/engine/models/Torch.h"

namespace uada {

/// A detector's priors, the objects that they stand for, and where an object lies from its prior. Boxes here
/// are in shares of the input.
/// source  Liu et al. 2016, 2.2; the variances 0.1 and 0.2 of its code
class PriorBoxes {
 public:
  /// priors  [P, 4], float, on the CPU: middle x and y, width, height; undefined: none
  explicit PriorBoxes(const at::Tensor& priors);
  std::int64_t count() const { return static_cast<std::int64_t>(area_.size()); }

  /// Gives each prior the object that it shares most with, the first of several; it stands for no object if
  /// it shares less than half of what both cover. The prior that shares most with an object, the first of
  /// several, stands for it in any case; of two objects that want one prior the later has it.
  /// boxes    with areas above 0; their label is one less than the class that is written
  /// classes  [P], out: 0: no object
  /// offsets  [P, 4], out: (middle - prior's middle) / (0.1 prior's side), ln(side / prior's side) / 0.2, in
  ///          the order of priors; 0 where the class is
  void match(BoxesView boxes, std::int64_t* classes, float* offsets) const;

  /// The boxes that offsets say.
  /// offsets  [..., P, 4], float, on the CPU
  /// returns  the same shape: left, top, right, bottom
  at::Tensor decoded(const at::Tensor& offsets) const;

 private:
  void shares(const ObjectBox& box, float* out) const;
  void encode(const ObjectBox& box, std::size_t prior, float* out) const;

  at::Tensor priors_;
  std::vector<float> left_, top_, right_, bottom_, area_;  ///< of each prior
};

}  // namespace uada
