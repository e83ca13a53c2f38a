#include "core/engine/models/ResNet.h"

#include "core/engine/models/Layers.h"

namespace uada {
namespace {

/// conv3x3 - BN - ReLU - conv3x3 - BN, plus the input (1x1 convolution and BN where the shape changes), ReLU.
class BasicBlock : public torch::nn::Module {
 public:
  BasicBlock(int in, int out, int stride)
      : conv1_(std::make_shared<Conv>(in, out, 3, stride)),
        conv2_(std::make_shared<Conv>(out, out, 3, 1)),
        bn1_(std::make_shared<BatchNorm>(out)),
        bn2_(std::make_shared<BatchNorm>(out)) {
    register_module("conv1", conv1_);
    register_module("bn1", bn1_);
    register_module("conv2", conv2_);
    register_module("bn2", bn2_);
    if (stride == 1 && in == out) return;
    shortcutConv_ = std::make_shared<Conv>(in, out, 1, stride);
    shortcutBn_ = std::make_shared<BatchNorm>(out);
    register_module("shortcut_conv", shortcutConv_);
    register_module("shortcut_bn", shortcutBn_);
  }

  at::Tensor forward(const at::Tensor& x) const {
    at::Tensor h = bn1_->forward(conv1_->forward(x)).relu_();  // [B, out, H/s, W/s]
    h = bn2_->forward(conv2_->forward(h));
    if (!shortcutConv_) return h.add_(x).relu_();
    const at::Tensor shortcut = shortcutBn_->forward(shortcutConv_->forward(x));
    return h.add_(shortcut).relu_();
  }

 private:
  std::shared_ptr<Conv> conv1_, conv2_, shortcutConv_;
  std::shared_ptr<BatchNorm> bn1_, bn2_, shortcutBn_;
};

class ResNetNetwork : public Network {
 public:
  ResNetNetwork(const ResNet& settings, const ModelContext& context) {
    conv1_ = std::make_shared<Conv>(3, settings.width, 3, 1);
    bn1_ = std::make_shared<BatchNorm>(settings.width);
    register_module("conv1", conv1_);
    register_module("bn1", bn1_);
    int in = settings.width, stage = 0;
    for (const int count : settings.blocks()) {
      const int out = settings.width << stage++;
      for (int i = 0; i < count; ++i, in = out) {
        blocks_.push_back(std::make_shared<BasicBlock>(in, out, stage > 1 && i == 0 ? 2 : 1));
        register_module("layer" + std::to_string(stage) + "_" + std::to_string(i), blocks_.back());
      }
    }
    linear_ = std::make_shared<Linear>(in, context.classes);
    register_module("linear", linear_);
  }

  Output forward(const at::Tensor& x) override {
    at::Tensor h = bn1_->forward(conv1_->forward(x)).relu_();  // [B, width, H, W]
    for (const auto& block : blocks_) h = block->forward(h);
    h = h.mean({2, 3});  // [B, 8 width]: average over the whole map, whatever the input's side
    return {linear_->forward(h)};
  }

 private:
  std::shared_ptr<Conv> conv1_;
  std::shared_ptr<BatchNorm> bn1_;
  std::vector<std::shared_ptr<BasicBlock>> blocks_;
  std::shared_ptr<Linear> linear_;
};

}  // namespace

std::shared_ptr<Network> make(const ResNet& settings, const ModelContext& context) {
  return std::make_shared<ResNetNetwork>(settings, context);
}

}  // namespace uada
