#include "core/engine/models/ResNet.h"

#include "core/engine/models/ResNetBlocks.h"

namespace uada {
namespace {

class ResNetNetwork : public Network {
 public:
  ResNetNetwork(const ResNet& settings, const ModelContext& context) {
    const ResNetShape shape = resNetShape(settings.depth);
    conv1_ = std::make_shared<Conv>(3, settings.width, 3, 1);
    bn1_ = std::make_shared<BatchNorm>(settings.width);
    register_module("conv1", conv1_);
    register_module("bn1", bn1_);
    BlockMaker maker(shape, settings.width, ShortcutNames::plain);
    int stage = 0;
    for (const int count : shape.blocks) {
      const int planes = settings.width << stage++;
      for (int i = 0; i < count; ++i) {
        blocks_.push_back(maker.next(planes, stage > 1 && i == 0 ? 2 : 1));
        register_module("layer" + std::to_string(stage) + "_" + std::to_string(i), blocks_.back());
      }
    }
    linear_ = std::make_shared<Linear>(maker.channels(), context.classes);
    register_module("linear", linear_);
  }

  Output forward(const at::Tensor& x) override {
    at::Tensor h = bn1_->activated(*conv1_, x);  // [B, width, H, W]
    for (const auto& block : blocks_) h = block->forward(h);
    h = h.mean({2, 3});  // [B, channels]: average over the whole map, whatever the input's side
    return {linear_->forward(h)};
  }

 private:
  std::shared_ptr<Conv> conv1_;
  std::shared_ptr<BatchNorm> bn1_;
  std::vector<std::shared_ptr<ResidualBlock>> blocks_;
  std::shared_ptr<Linear> linear_;
};

}  // namespace

std::shared_ptr<Network> make(const ResNet& settings, const ModelContext& context) {
  return std::make_shared<ResNetNetwork>(settings, context);
}

}  // namespace uada
