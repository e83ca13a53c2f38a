#include "core/engine/models/ResNetImageNet.h"

#include "core/engine/models/ResNetBlocks.h"

namespace uada {
namespace {

/// Parameters and buffers are named as torchvision's: conv1.weight, layer1.0.bn1.weight, fc.bias.
class ResNetImageNetNetwork : public Network {
 public:
  ResNetImageNetNetwork(const ResNetImageNet& settings, const ModelContext& context) {
    const ResNetShape shape = resNetShape(settings.depth);
    conv1_ = register_module("conv1", std::make_shared<Conv>(3, settings.width, 7, 2));
    bn1_ = register_module("bn1", std::make_shared<BatchNorm>(settings.width));
    BlockMaker maker(shape, settings.width, ShortcutNames::torchvision);
    for (int stage = 0; stage < 4; ++stage) {
      const auto blocks =
          register_module("layer" + std::to_string(stage + 1), std::make_shared<torch::nn::Module>());
      for (int i = 0; i < shape.blocks[static_cast<std::size_t>(stage)]; ++i) {
        blocks_.push_back(maker.next(settings.width << stage, stage > 0 && i == 0 ? 2 : 1));
        blocks->register_module(std::to_string(i), blocks_.back());
      }
    }
    fc_ = register_module("fc", std::make_shared<Linear>(maker.channels(), context.classes));
  }

  Output forward(const at::Tensor& x) override {
    at::Tensor h = bn1_->activated(*conv1_, x);  // [B, width, H/2, W/2]
    h = at::max_pool2d(h, 3, 2, 1);              // [B, width, H/4, W/4]
    for (const auto& block : blocks_) h = block->forward(h);
    return {fc_->forward(h.mean({2, 3}))};
  }

  std::optional<double> deviationOf(const std::string& /*parameter*/,
                                    const at::Tensor& weight) const override {
    return weight.dim() == 4 ? std::optional(fanOutDeviation(weight)) : std::nullopt;
  }

 private:
  std::shared_ptr<Conv> conv1_;
  std::shared_ptr<BatchNorm> bn1_;
  std::vector<std::shared_ptr<ResidualBlock>> blocks_;
  std::shared_ptr<Linear> fc_;
};

}  // namespace

std::shared_ptr<Network> make(const ResNetImageNet& settings, const ModelContext& context) {
  return std::make_shared<ResNetImageNetNetwork>(settings, context);
}

}  // namespace uada
