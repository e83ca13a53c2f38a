#pragma once

#include <memory>

#include "core/engine/models/Layers.h"
#include "core/engine/models/ResNetShape.h"

namespace uada {

/// What a residual block adds to its input, and then a ReLU. Without gradient the result may lie where the
/// input was.
class ResidualBlock : public torch::nn::Module {
 public:
  /// x [B, in, H, W] -> [B, out, ceil(H / stride), ceil(W / stride)]
  virtual at::Tensor forward(const at::Tensor& x) const = 0;
};

/// The names of a shortcut's convolution and batch normalisation.
enum class ShortcutNames {
  plain,       ///< shortcut_conv, shortcut_bn
  torchvision  ///< downsample.0, downsample.1
};

/// Makes the blocks of a network of that shape, one after the other.
class BlockMaker {
 public:
  /// in  channels before the first block
  BlockMaker(const ResNetShape& shape, int in, ShortcutNames names) : shape_(shape), names_(names), in_(in) {}
  /// planes  channels of its 3x3 convolutions
  std::shared_ptr<ResidualBlock> next(int planes, int stride);
  /// Behind the last block that was made.
  int channels() const { return in_; }

 private:
  const ResNetShape shape_;
  const ShortcutNames names_;
  int in_;
};

}  // namespace uada
