#include "core/engine/models/Ssd.h"

#include "core/engine/models/Detector.h"

namespace uada {
namespace {

/// Divides each place's channels by their length and scales each channel.
/// source  Liu et al. 2015, ParseNet, 3.3
class LengthNorm : public torch::nn::Module {
 public:
  explicit LengthNorm(int channels) { weight_ = register_parameter("weight", at::ones({channels})); }
  /// x [B, channels, H, W] -> the same shape
  at::Tensor forward(const at::Tensor& x) const {
    return x / (x.norm(2, {1}, /*keepdim=*/true) + 1e-10) * weight_.view({1, -1, 1, 1});
  }

 private:
  at::Tensor weight_;  // [channels]
};

class SsdNetwork : public Network {
 public:
  SsdNetwork(const Ssd& settings, const ModelContext& context)
      : priors_(detectorPriors(kSsdShape, context.input.width)) {
    const int w = settings.width;
    vgg_ = register_module("vgg", std::make_shared<Vgg>(w));
    norm_ = register_module("L2Norm", std::make_shared<LengthNorm>(8 * w));
    addExtras(w, mapSides(context.input.width));
    heads_ = std::make_unique<DetectorHeads>(*this, kSsdShape, w, context.classes);
  }

  at::Tensor priors() const override { return priors_; }
  Output forward(const at::Tensor& x) override {
    const at::Tensor fourth = vgg_->fourth(x), seventh = vgg_->seventh(fourth);
    std::vector<at::Tensor> maps{norm_->forward(fourth), seventh};
    at::Tensor h = seventh;
    for (std::size_t i = 0; i < extras_.size(); ++i) {
      h = extras_[i]->forward(h).relu_();
      if (i % 2 == 1) maps.push_back(h);
    }
    Output output = heads_->forward(maps);
    TORCH_CHECK(output.main.size(1) == priors_.size(0), "SSD wants images of the size that it was made for");
    return output;
  }

  /// Of VGG, which the reference takes pretrained: He's rule by fan-out, as torchvision's VGG.
  std::optional<double> deviationOf(const std::string& name, const at::Tensor& weight) const override {
    if (!name.starts_with("vgg.")) return std::nullopt;
    return fanOutDeviation(weight);
  }
  std::optional<double> boundOf(const std::string&, const at::Tensor& weight) const override {
    return glorotBound(weight);
  }
  bool startsAtZero(const std::string& name) const override { return name.ends_with(".bias"); }
  double firstScaleOf(const std::string&) const override { return 20; }

 private:
  void addExtras(int w, const std::array<int, DetectorShape::kMaps>& sides) {
    const auto list = register_module("extras", std::make_shared<ConvList>());
    int in = 16 * w;
    for (std::size_t map = 2; map < DetectorShape::kMaps; ++map) {
      const int out = w * DetectorShape::kWidths[map];
      ConvShape narrow = sameSize(in, out / 2, {1, 1});
      ConvShape wide =
          map < 4 ? sameSize(out / 2, out, {3, 3}, 2) : lastMapShape(out / 2, out, sides[map - 1]);
      narrow.hasBias = wide.hasBias = true;
      extras_.push_back(list->add(static_cast<int>(extras_.size()), narrow));
      extras_.push_back(list->add(static_cast<int>(extras_.size()), wide));
      in = out;
    }
  }

  const at::Tensor priors_;
  std::shared_ptr<Vgg> vgg_;
  std::shared_ptr<LengthNorm> norm_;
  std::vector<std::shared_ptr<Conv>> extras_;
  std::unique_ptr<DetectorHeads> heads_;
};

}  // namespace

std::shared_ptr<Network> make(const Ssd& settings, const ModelContext& context) {
  TORCH_CHECK(Ssd::inputProblem(context.input).empty(), "the recipe refuses such an input");
  return std::make_shared<SsdNetwork>(settings, context);
}

}  // namespace uada
