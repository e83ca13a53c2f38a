#pragma once

#include <vector>

#include "core/engine/models/Torch.h"

namespace uada {

/// Copies of what a step changes, which bring it back if the step fails. Their memory is used again by the
/// next step.
class Undo {
 public:
  /// Copies them. The next step's have the same shapes.
  void keep(const std::vector<at::Tensor>& values);
  /// Brings the copies back, and drops gradients. values: those of now, in the same order. Nothing happens
  /// where the copies were not finished.
  void restore(const std::vector<at::Tensor>& values) const;
  const std::vector<at::Tensor>& copies() const { return copies_; }

 private:
  std::vector<at::Tensor> copies_;
  bool isWhole_ = false;
};

}  // namespace uada
