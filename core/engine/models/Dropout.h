#pragma once

#include "core/engine/models/DropRows.h"
#include "core/engine/models/Layers.h"

namespace uada {

/// Which values are kept. A row's blocks are its own, so that it has the same mask whatever stands beside it,
/// and on every device.
/// dropped  a value is dropped with the chance dropped / 65536
/// returns  [rows, perRow], bool, on the device
at::Tensor keptValues(std::int64_t rows, std::int64_t perRow, std::uint32_t dropped, const MaskKey& key,
                      at::Device device);

/// Sets values to zero while training, each by itself, and enlarges the others so that their mean stays. The
/// rate is rounded to 1 / 65536.
/// source  Srivastava et al. 2014; scaled in training, as in PyTorch
class Dropout : public torch::nn::Module, public RandomLayer {
 public:
  explicit Dropout(double rate);
  /// x [B, C, H, W] -> the same shape
  at::Tensor forward(const at::Tensor& x) const;

 private:
  std::uint32_t dropped_;  ///< of 65536
};

}  // namespace uada
