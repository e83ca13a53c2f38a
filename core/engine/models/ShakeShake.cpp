#include "core/engine/models/ShakeShake.h"

#include "core/engine/models/Shake.h"

namespace uada {
namespace {

/// conv3x3 with the stride - BN - ReLU - conv3x3 - BN, of an input behind its ReLU.
class Branch : public torch::nn::Module {
 public:
  Branch(int in, int out, int stride)
      : conv1_(register_module("conv1", std::make_shared<Conv>(in, out, 3, stride))),
        bn1_(register_module("bn1", std::make_shared<BatchNorm>(out))),
        conv2_(register_module("conv2", std::make_shared<Conv>(out, out, 3, 1))),
        bn2_(register_module("bn2", std::make_shared<BatchNorm>(out))) {}
  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor h = bn1_->activated(*conv1_, x);
    return bn2_->forward(conv2_->forward(h));
  }

 private:
  std::shared_ptr<Conv> conv1_;
  std::shared_ptr<BatchNorm> bn1_;
  std::shared_ptr<Conv> conv2_;
  std::shared_ptr<BatchNorm> bn2_;
};

/// Half of the channels from every stride-th pixel, half from those of the map moved by one pixel.
class SplitShortcut : public torch::nn::Module {
 public:
  SplitShortcut(int in, int out, int stride, const std::string& shift)
      : before_(shift == "right-down" ? 1 : -1),
        straight_(register_module("straight", std::make_shared<Conv>(in, out / 2, 1, stride))),
        shifted_(register_module("shifted", std::make_shared<Conv>(in, out - out / 2, 1, stride))),
        bn_(register_module("bn", std::make_shared<BatchNorm>(out))) {}
  /// x [B, in, H, W] behind its ReLU -> [B, out, H/stride, W/stride]
  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor moved = at::constant_pad_nd(x, {before_, -before_, before_, -before_});
    return bn_->forward(at::cat({straight_->forward(x), shifted_->forward(moved)}, 1));
  }

 private:
  std::int64_t before_;  ///< rows and columns of zeros on the left and above
  std::shared_ptr<Conv> straight_, shifted_;
  std::shared_ptr<BatchNorm> bn_;
};

class ShakeBlock : public torch::nn::Module {
 public:
  ShakeBlock(const ShakeShake& settings, ShakeMode mode, int in, int out, int stride)
      : branch1_(register_module("branch1", std::make_shared<Branch>(in, out, stride))),
        branch2_(register_module("branch2", std::make_shared<Branch>(in, out, stride))),
        shake_(register_module("shake", std::make_shared<Shake>(mode))) {
    if (in == out) return;
    shortcut_ = register_module("shortcut", std::make_shared<SplitShortcut>(in, out, stride, settings.shift));
  }
  /// x [B, in, H, W] -> [B, out, H/stride, W/stride]
  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor active = x.relu();
    const at::Tensor a = branch1_->forward(active), b = branch2_->forward(active);
    return shake_->forward(a, b).add_(shortcut_ ? shortcut_->forward(active) : x);
  }

 private:
  std::shared_ptr<Branch> branch1_, branch2_;
  std::shared_ptr<Shake> shake_;
  std::shared_ptr<SplitShortcut> shortcut_;  ///< null: the block keeps the shape
};

ShakeMode modeOf(const std::string& name) {
  if (name == "batch") return ShakeMode::batch;
  if (name == "even") return ShakeMode::even;
  return name == "keep" ? ShakeMode::keep : ShakeMode::image;
}

class ShakeNetwork : public Network {
 public:
  ShakeNetwork(const ShakeShake& settings, const ModelContext& context) {
    conv1_ = register_module("conv1", std::make_shared<Conv>(3, ShakeShake::kStem, 3, 1));
    bn1_ = register_module("bn1", std::make_shared<BatchNorm>(ShakeShake::kStem));
    const ShakeMode mode = modeOf(settings.mode);
    int in = ShakeShake::kStem;
    for (int stage = 0; stage < 3; ++stage) {
      const int out = settings.width << stage;
      for (int i = 0; i < ShakeShake::kBlocks; ++i, in = out) {
        const int stride = stage > 0 && i == 0 ? 2 : 1;
        blocks_.push_back(std::make_shared<ShakeBlock>(settings, mode, in, out, stride));
        register_module("layer" + std::to_string(stage + 1) + "_" + std::to_string(i), blocks_.back());
      }
    }
    linear_ = register_module("linear", std::make_shared<Linear>(in, context.classes));
  }

  Output forward(const at::Tensor& x) override {
    at::Tensor h = bn1_->forward(conv1_->forward(x));  // [B, 16, H, W], without a ReLU
    for (const auto& block : blocks_) h = block->forward(h);
    return {linear_->forward(h.relu_().mean({2, 3}))};
  }

  std::optional<double> deviationOf(const std::string& /*parameter*/,
                                    const at::Tensor& weight) const override {
    return weight.dim() == 4 ? std::optional(fanOutDeviation(weight)) : std::nullopt;
  }
  bool startsAtZero(const std::string& parameter) const override { return parameter == "linear.bias"; }

 private:
  std::shared_ptr<Conv> conv1_;
  std::shared_ptr<BatchNorm> bn1_;
  std::vector<std::shared_ptr<ShakeBlock>> blocks_;
  std::shared_ptr<Linear> linear_;
};

}  // namespace

std::shared_ptr<Network> make(const ShakeShake& settings, const ModelContext& context) {
  return std::make_shared<ShakeNetwork>(settings, context);
}

}  // namespace uada
