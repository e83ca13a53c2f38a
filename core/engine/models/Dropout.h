#pragma once

#include "core/engine/models/Layers.h"

namespace uada {

/// Where a forward's masks begin among all random numbers.
struct MaskKey {
  std::uint64_t seed = 0;
  std::uint32_t step = 0, stream = 0;
};

/// Which values are kept. Eight are drawn from a Philox block, with 16 bits each; a row's blocks are its own,
/// so that it has the same mask whatever stands beside it, and on every device. dropped  a value is dropped
/// with the chance dropped / 65536 returns  [rows, perRow], bool, on the device
at::Tensor keptValues(std::int64_t rows, std::int64_t perRow, std::uint32_t dropped, const MaskKey& key,
                      at::Device device);

/// The same by tensor operations, which run on any device.
at::Tensor keptValuesByTensors(std::int64_t rows, std::int64_t perRow, std::uint32_t dropped,
                               const MaskKey& key, at::Device device);

/// Sets values to zero while training, each by itself, and enlarges the others so that their mean stays. The
/// rate is rounded to 1 / 65536. source  Srivastava et al. 2014; scaled in training, as in PyTorch
class Dropout : public torch::nn::Module, public RandomLayer {
 public:
  explicit Dropout(double rate);
  /// x [B, C, H, W] -> the same shape
  at::Tensor forward(const at::Tensor& x) const;

 private:
  std::uint32_t dropped_;  ///< of 65536
};

}  // namespace uada
