#pragma once

#include "core/engine/models/Layers.h"

namespace uada {

/// Which shares a block's branches have while the network learns. A test takes halves.
enum class ShakeMode {
  image,  ///< for each image alpha forward and, independent of it, beta backward, both uniform in 0..1
  batch,  ///< the same, one alpha and one beta for all images
  even,   ///< halves
  keep    ///< alpha for each image, and beta = alpha
};

/// alpha * a + (1 - alpha) * b, whose gradient is beta * g for a and (1 - beta) * g for b.
/// a, b   [B, C, H, W]
/// alpha  [B, 1, 1, 1] or [1, 1, 1, 1], and so is beta: forward and backward share of a
at::Tensor shaken(const at::Tensor& a, const at::Tensor& b, const at::Tensor& alpha, const at::Tensor& beta);

/// Adds two branches. Alpha and beta are drawn by the row's place, two for each in every mode but even.
/// source  Gastaldi, "Shake-Shake regularization", 2017, equation (2) and section 2
class Shake : public torch::nn::Module, public RandomLayer {
 public:
  explicit Shake(ShakeMode mode) : shares_(mode) {}
  /// a, b [B, C, H, W] -> the same shape
  at::Tensor forward(const at::Tensor& a, const at::Tensor& b) const;

 private:
  ShakeMode shares_;
};

}  // namespace uada
