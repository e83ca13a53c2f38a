#include "core/engine/models/ResNetBlocks.h"

namespace uada {
namespace {

/// The input, or its 1x1 convolution and batch normalisation where the block changes the shape.
class Shortcut {
 public:
  /// block  where its parameters are registered
  Shortcut(torch::nn::Module& block, int in, int out, int stride, ShortcutNames names) {
    if (stride == 1 && in == out) return;
    conv_ = std::make_shared<Conv>(in, out, 1, stride);
    bn_ = std::make_shared<BatchNorm>(out);
    if (names == ShortcutNames::plain) {
      block.register_module("shortcut_conv", conv_);
      block.register_module("shortcut_bn", bn_);
    } else {
      const auto both = block.register_module("downsample", std::make_shared<torch::nn::Module>());
      both->register_module("0", conv_);
      both->register_module("1", bn_);
    }
  }
  at::Tensor of(const at::Tensor& x) const { return conv_ ? bn_->forward(*conv_, x) : x; }

 private:
  std::shared_ptr<Conv> conv_;
  std::shared_ptr<BatchNorm> bn_;
};

/// conv3x3 - BN - ReLU - conv3x3 - BN.
class BasicBlock : public ResidualBlock {
 public:
  BasicBlock(int in, int out, int stride, ShortcutNames names)
      : conv1_(register_module("conv1", std::make_shared<Conv>(in, out, 3, stride))),
        bn1_(register_module("bn1", std::make_shared<BatchNorm>(out))),
        conv2_(register_module("conv2", std::make_shared<Conv>(out, out, 3, 1))),
        bn2_(register_module("bn2", std::make_shared<BatchNorm>(out))),
        shortcut_(*this, in, out, stride, names) {}

  at::Tensor forward(const at::Tensor& x) const override {
    const at::Tensor h = bn1_->activated(*conv1_, x);  // [B, out, H/s, W/s]
    return bn2_->activated(*conv2_, h, shortcut_.of(x));
  }

 private:
  std::shared_ptr<Conv> conv1_;
  std::shared_ptr<BatchNorm> bn1_;
  std::shared_ptr<Conv> conv2_;
  std::shared_ptr<BatchNorm> bn2_;
  Shortcut shortcut_;
};

/// conv1x1 - BN - ReLU - conv3x3 with the stride - BN - ReLU - conv1x1 to four times the channels - BN.
class Bottleneck : public ResidualBlock {
 public:
  Bottleneck(int in, int planes, int stride, ShortcutNames names)
      : conv1_(register_module("conv1", std::make_shared<Conv>(in, planes, 1, 1))),
        bn1_(register_module("bn1", std::make_shared<BatchNorm>(planes))),
        conv2_(register_module("conv2", std::make_shared<Conv>(planes, planes, 3, stride))),
        bn2_(register_module("bn2", std::make_shared<BatchNorm>(planes))),
        conv3_(register_module("conv3", std::make_shared<Conv>(planes, kOut * planes, 1, 1))),
        bn3_(register_module("bn3", std::make_shared<BatchNorm>(kOut * planes))),
        shortcut_(*this, in, kOut * planes, stride, names) {}

  at::Tensor forward(const at::Tensor& x) const override {
    at::Tensor h = bn1_->activated(*conv1_, x);
    h = bn2_->activated(*conv2_, h);  // [B, planes, H/s, W/s]
    return bn3_->activated(*conv3_, h, shortcut_.of(x));
  }

 private:
  static constexpr int kOut = ResNetShape::kExpansion;
  std::shared_ptr<Conv> conv1_;
  std::shared_ptr<BatchNorm> bn1_;
  std::shared_ptr<Conv> conv2_;
  std::shared_ptr<BatchNorm> bn2_;
  std::shared_ptr<Conv> conv3_;
  std::shared_ptr<BatchNorm> bn3_;
  Shortcut shortcut_;
};

}  // namespace

std::shared_ptr<ResidualBlock> BlockMaker::next(int planes, int stride) {
  const int in = in_;
  in_ = shape_.channels(planes);
  if (shape_.bottleneck) return std::make_shared<Bottleneck>(in, planes, stride, names_);
  return std::make_shared<BasicBlock>(in, planes, stride, names_);
}

}  // namespace uada
