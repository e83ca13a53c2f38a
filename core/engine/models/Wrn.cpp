#include "core/engine/models/Wrn.h"

#include "core/engine/models/Dropout.h"

namespace uada {
namespace {

/// What a block is made of. The variants differ in forward().
class WideBlock : public torch::nn::Module {
 public:
  WideBlock(const Wrn& settings, int in, int out, int stride)
      : isBiased_(settings.isBiased()),
        bn1_(register_module("bn1", std::make_shared<BatchNorm>(in))),
        conv1_(register_module("conv1", std::make_shared<Conv>(in, out, 3, isBiased_ ? 1 : stride))),
        bn2_(register_module("bn2", std::make_shared<BatchNorm>(out))),
        dropout_(register_module("dropout", std::make_shared<Dropout>(settings.dropout))),
        conv2_(register_module("conv2", std::make_shared<Conv>(out, out, 3, isBiased_ ? stride : 1))) {
    if (in != out) shortcut_ = register_module("shortcut", std::make_shared<Conv>(in, out, 1, stride));
    if (!isBiased_) return;
    conv1_->addBias();
    conv2_->addBias();
    if (shortcut_) shortcut_->addBias();
  }

  /// x [B, in, H, W] -> [B, out, H/stride, W/stride]
  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor active = bn1_->activated(x);
    at::Tensor h = isBiased_ ? bn2_->activated(dropout_->forward(conv1_->forward(active)))
                             : dropout_->forward(bn2_->activated(*conv1_, active));
    h = conv2_->forward(h);
    if (!shortcut_) return h.add_(x);
    return h.add_(shortcut_->forward(isBiased_ ? x : active));
  }

 private:
  const bool isBiased_;
  std::shared_ptr<BatchNorm> bn1_;
  std::shared_ptr<Conv> conv1_;
  std::shared_ptr<BatchNorm> bn2_;
  std::shared_ptr<Dropout> dropout_;
  std::shared_ptr<Conv> conv2_;
  std::shared_ptr<Conv> shortcut_;  ///< null: the block keeps the shape
};

class WideNetwork : public Network {
 public:
  WideNetwork(const Wrn& settings, const ModelContext& context) : isBiased_(settings.isBiased()) {
    conv1_ = register_module("conv1", std::make_shared<Conv>(3, Wrn::kStem, 3, 1));
    if (isBiased_) conv1_->addBias();
    int in = Wrn::kStem;
    for (int group = 0; group < 3; ++group) {
      const int out = settings.channels(group);
      for (int i = 0; i < settings.blocks(); ++i, in = out) {
        blocks_.push_back(std::make_shared<WideBlock>(settings, in, out, group > 0 && i == 0 ? 2 : 1));
        register_module("layer" + std::to_string(group + 1) + "_" + std::to_string(i), blocks_.back());
      }
    }
    bn_ = register_module("bn", std::make_shared<BatchNorm>(in));
    linear_ = register_module("linear", std::make_shared<Linear>(in, context.classes));
  }

  Output forward(const at::Tensor& x) override {
    at::Tensor h = conv1_->forward(x);  // [B, 16, H, W]
    for (const auto& block : blocks_) h = block->forward(h);
    h = bn_->activated(h);  // [B, channels, H/4, W/4]
    return {linear_->forward(h.mean({2, 3}))};
  }

  /// As each variant's code draws them: He's rule by fan-out and no bias of the classifier, or PyTorch's
  /// default.
  std::optional<double> deviationOf(const std::string& /*parameter*/,
                                    const at::Tensor& weight) const override {
    return isBiased_ || weight.dim() != 4 ? std::nullopt : std::optional(fanOutDeviation(weight));
  }
  bool startsAtZero(const std::string& parameter) const override {
    return !isBiased_ && parameter == "linear.bias";
  }

 private:
  const bool isBiased_;
  std::shared_ptr<Conv> conv1_;
  std::vector<std::shared_ptr<WideBlock>> blocks_;
  std::shared_ptr<BatchNorm> bn_;
  std::shared_ptr<Linear> linear_;
};

}  // namespace

std::shared_ptr<Network> make(const Wrn& settings, const ModelContext& context) {
  return std::make_shared<WideNetwork>(settings, context);
}

}  // namespace uada
