#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace uada {

/// Visits all that a network, an optimiser or a method has learned: once to write a checkpoint, once to
/// restore one.
class StateVisitor {
 public:
  virtual ~StateVisitor() = default;
  /// value  float32, float64 or int64; its owner's, which a restoring visitor copies into
  virtual void tensor(const std::string& name, at::Tensor value) = 0;
};

}  // namespace uada
