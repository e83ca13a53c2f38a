#include "core/engine/models/Rfb.h"

#include "core/engine/models/Detector.h"

namespace uada {
namespace {

constexpr double kMomentum = 0.01;  // of batch normalisation, as the authors' code has it

/// Convolution without bias, batch normalisation, and ReLU unless it is left out.
class ConvNorm : public torch::nn::Module {
 public:
  ConvNorm(const ConvShape& shape, bool hasRelu)
      : conv_(std::make_shared<Conv>(shape)),
        norm_(std::make_shared<BatchNorm>(shape.out, kMomentum)),
        hasRelu_(hasRelu) {
    register_module("conv", conv_);
    register_module("bn", norm_);
  }
  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor h = norm_->forward(conv_->forward(x));
    return hasRelu_ ? at::relu(h) : h;
  }

 private:
  std::shared_ptr<Conv> conv_;
  std::shared_ptr<BatchNorm> norm_;
  bool hasRelu_;
};

using Branch = std::vector<ConvShape>;

/// Branches side by side, each with ReLU but behind its last convolution; joined by a 1x1, plus the input
/// through another; ReLU.
/// source  Liu et al. 2018, figures 4 and 5
class FieldBlock : public torch::nn::Module {
 public:
  FieldBlock(const std::vector<Branch>& branches, int in, int out, int stride) {
    int joined = 0;
    for (const Branch& branch : branches) {
      addBranch(branch);
      joined += branch.back().out;
    }
    linear_ = register_module("ConvLinear",
                              std::make_shared<ConvNorm>(sameSize(joined, out, {1, 1}), /*hasRelu=*/false));
    shortcut_ = register_module(
        "shortcut", std::make_shared<ConvNorm>(sameSize(in, out, {1, 1}, stride), /*hasRelu=*/false));
  }
  at::Tensor forward(const at::Tensor& x) const {
    std::vector<at::Tensor> said;
    for (const auto& branch : branches_) {
      at::Tensor h = x;
      for (const auto& layer : branch) h = layer->forward(h);
      said.push_back(h);
    }
    return at::relu(linear_->forward(at::cat(said, 1)) + shortcut_->forward(x));
  }

 private:
  void addBranch(const Branch& branch) {
    const auto list =
        register_module("branch" + std::to_string(branches_.size()), std::make_shared<torch::nn::Module>());
    auto& layers = branches_.emplace_back();
    for (const ConvShape& shape : branch) {
      const std::string place = std::to_string(layers.size());
      layers.push_back(std::make_shared<ConvNorm>(shape, layers.size() + 1 < branch.size()));
      list->register_module(place, layers.back());
    }
  }
  std::vector<std::vector<std::shared_ptr<ConvNorm>>> branches_;
  std::shared_ptr<ConvNorm> linear_, shortcut_;
};

/// On the map of conv4_3, which keeps its size and channels: branches look along rows and columns.
std::shared_ptr<FieldBlock> firstBlock(int w) {
  const int in = 8 * w, c = 2 * w;
  const std::vector<Branch> branches{
      {sameSize(in, c, {1, 1}), sameSize(c, c, {3, 3})},
      {sameSize(in, c, {1, 1}), sameSize(c, c, {3, 1}), sameSize(c, c, {3, 3}, 1, 3)},
      {sameSize(in, c, {1, 1}), sameSize(c, c, {1, 3}), sameSize(c, c, {3, 3}, 1, 3)},
      {sameSize(in, w, {1, 1}), sameSize(w, 3 * w / 2, {1, 3}), sameSize(3 * w / 2, c, {3, 1}),
       sameSize(c, c, {3, 3}, 1, 5)}};
  return std::make_shared<FieldBlock>(branches, in, in, 1);
}

/// Dilated by 2, 3 and 5.
std::shared_ptr<FieldBlock> block(int in, int out, int stride) {
  const int c = in / 8;
  const std::vector<Branch> branches{
      {sameSize(in, 2 * c, {1, 1}, stride), sameSize(2 * c, 2 * c, {3, 3}, 1, 2)},
      {sameSize(in, c, {1, 1}), sameSize(c, 2 * c, {3, 3}, stride), sameSize(2 * c, 2 * c, {3, 3}, 1, 3)},
      {sameSize(in, c, {1, 1}), sameSize(c, 3 * c / 2, {3, 3}), sameSize(3 * c / 2, 2 * c, {3, 3}, stride),
       sameSize(2 * c, 2 * c, {3, 3}, 1, 5)}};
  return std::make_shared<FieldBlock>(branches, in, out, stride);
}

class RfbNetwork : public Network {
 public:
  RfbNetwork(const Rfb& settings, const ModelContext& context)
      : priors_(detectorPriors(kRfbShape, context.input.width)) {
    const int w = settings.width;
    base_ = register_module("base", std::make_shared<Vgg>(w));
    norm_ = register_module("Norm", firstBlock(w));
    addExtras(w, mapSides(context.input.width));
    heads_ = std::make_unique<DetectorHeads>(*this, kRfbShape, w, context.classes);
  }

  at::Tensor priors() const override { return priors_; }
  Output forward(const at::Tensor& x) override {
    const at::Tensor fourth = base_->fourth(x);
    std::vector<at::Tensor> maps{norm_->forward(fourth)};
    at::Tensor h = base_->seventh(fourth);
    for (const auto& block : blocks_) maps.push_back(h = block->forward(h));
    for (std::size_t i = 0; i < last_.size(); ++i) {
      h = last_[i]->forward(h);
      if (i % 2 == 1) maps.push_back(h);
    }
    Output output = heads_->forward(maps);
    TORCH_CHECK(output.main.size(1) == priors_.size(0), "RFBNet wants images of the size it was made for");
    return output;
  }

  /// He's rule by fan-out; of VGG, which the reference takes pretrained, as torchvision's. The authors' code
  /// means it for the heads, too, but passes over their weights, which keep PyTorch's default.
  std::optional<double> deviationOf(const std::string& name, const at::Tensor& weight) const override {
    if (name.starts_with("loc.") || name.starts_with("conf.")) return std::nullopt;
    return fanOutDeviation(weight);
  }
  bool startsAtZero(const std::string& name) const override { return name.ends_with(".bias"); }

 private:
  void addExtras(int w, const std::array<int, DetectorShape::kMaps>& sides) {
    blocks_ = {block(16 * w, 16 * w, 1), block(16 * w, 8 * w, 2), block(8 * w, 4 * w, 2)};
    for (const std::size_t map : {4U, 5U}) {
      last_.push_back(std::make_shared<ConvNorm>(sameSize(4 * w, 2 * w, {1, 1}), /*hasRelu=*/true));
      last_.push_back(
          std::make_shared<ConvNorm>(lastMapShape(2 * w, 4 * w, sides[map - 1]), /*hasRelu=*/true));
    }
    const auto list = register_module("extras", std::make_shared<torch::nn::Module>());
    int place = 0;
    for (const auto& block : blocks_) list->register_module(std::to_string(place++), block);
    for (const auto& layer : last_) list->register_module(std::to_string(place++), layer);
  }

  const at::Tensor priors_;
  std::shared_ptr<Vgg> base_;
  std::shared_ptr<FieldBlock> norm_;
  std::vector<std::shared_ptr<FieldBlock>> blocks_;
  std::vector<std::shared_ptr<ConvNorm>> last_;
  std::unique_ptr<DetectorHeads> heads_;
};

}  // namespace

std::shared_ptr<Network> make(const Rfb& settings, const ModelContext& context) {
  TORCH_CHECK(Rfb::inputProblem(context.input).empty(), "the recipe refuses such an input");
  return std::make_shared<RfbNetwork>(settings, context);
}

}  // namespace uada
