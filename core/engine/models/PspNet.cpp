#include "core/engine/models/PspNet.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/engine/models/Layers.h"

namespace uada {
namespace {

at::Tensor resized(const at::Tensor& x, std::int64_t height, std::int64_t width) {
  return at::upsample_bilinear2d(x, {height, width}, /*align_corners=*/true);
}

/// Convolution, batch normalisation, and ReLU unless it is left out.
class ConvNorm : public torch::nn::Module {
 public:
  ConvNorm(int in, int out, int kernel, int stride = 1, int dilation = 1)
      : conv_(std::make_shared<Conv>(in, out, kernel, stride, dilation)),
        norm_(std::make_shared<BatchNorm>(out)) {
    register_module("conv", conv_);
    register_module("bn", norm_);
  }
  at::Tensor linear(const at::Tensor& x) const { return norm_->forward(conv_->forward(x)); }
  at::Tensor forward(const at::Tensor& x) const { return joined(x, {}); }
  /// The ReLU of linear() plus another tensor of its shape.
  at::Tensor joined(const at::Tensor& x, const at::Tensor& other) const {
    return norm_->activated(conv_->forward(x), other);
  }

 private:
  std::shared_ptr<Conv> conv_;
  std::shared_ptr<BatchNorm> norm_;
};

/// 1x1, 3x3 with the stride, 1x1 to four times the channels; plus the input, through a 1x1 in the first block
/// of a stage; ReLU.
class Bottleneck : public torch::nn::Module {
 public:
  Bottleneck(int in, int planes, int stride, int dilation, bool isFirst)
      : reduce_(std::make_shared<ConvNorm>(in, planes, 1)),
        spatial_(std::make_shared<ConvNorm>(planes, planes, 3, stride, dilation)),
        expand_(std::make_shared<ConvNorm>(planes, planes * PspNet::kExpansion, 1)) {
    register_module("reduce", reduce_);
    register_module("spatial", spatial_);
    register_module("expand", expand_);
    if (!isFirst) return;
    shortcut_ = std::make_shared<ConvNorm>(in, planes * PspNet::kExpansion, 1, stride);
    register_module("shortcut", shortcut_);
  }
  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor h = spatial_->forward(reduce_->forward(x));
    return expand_->joined(h, shortcut_ ? shortcut_->linear(x) : x);
  }

 private:
  std::shared_ptr<ConvNorm> reduce_, spatial_, expand_, shortcut_;
};

/// 3x3 to `hidden` channels, dropout, 1x1 to the classes: logits at the map's size.
class Classifier : public torch::nn::Module {
 public:
  Classifier(int in, int hidden, int classes, double dropout)
      : hidden_(std::make_shared<ConvNorm>(in, hidden, 3)),
        dropout_(std::make_shared<ChannelDropout>(dropout)),
        last_(std::make_shared<Conv1x1>(hidden, classes)) {
    register_module("hidden", hidden_);
    register_module("dropout", dropout_);
    register_module("last", last_);
  }
  at::Tensor forward(const at::Tensor& x) const {
    return last_->forward(dropout_->forward(hidden_->forward(x)));
  }

 private:
  std::shared_ptr<ConvNorm> hidden_;
  std::shared_ptr<ChannelDropout> dropout_;
  std::shared_ptr<Conv1x1> last_;
};

class PspNetwork : public Network {
 public:
  PspNetwork(const PspNet& settings, const ModelContext& context) : headRate_(settings.headRate) {
    const int w = settings.width;
    addStem(w);
    int in = 2 * w;
    for (int stage = 0; stage < 4; ++stage) in = addStage(settings, stage, in);
    for (const int bins : PspNet::kBins) {
      pyramid_.push_back(std::make_shared<ConvNorm>(in, in / 4, 1));
      register_module("pyramid_" + std::to_string(bins), pyramid_.back());
    }
    main_ = std::make_shared<Classifier>(2 * in, in / 4, context.classes, settings.dropout);
    aux_ = std::make_shared<Classifier>(in / 2, in / 8, context.classes, settings.dropout);
    register_module("main", main_);
    register_module("aux", aux_);
  }

  Output forward(const at::Tensor& x) override {
    const std::int64_t height = x.size(2), width = x.size(3);
    TORCH_CHECK((height - 1) % 8 == 0 && (width - 1) % 8 == 0, "PSPNet wants a side of 8k + 1, found ",
                height, " x ", width);
    at::Tensor h = x;
    for (const auto& layer : stem_) h = layer->forward(h);
    h = at::max_pool2d(h, 3, 2, 1);
    at::Tensor third;
    for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
      for (const auto& block : stages_[stage]) h = block->forward(h);
      if (stage == 2) third = h;
    }
    Output output{resized(main_->forward(pyramid(h)), height, width), {}};
    if (wantsAux()) output.aux = resized(aux_->forward(third), height, width);
    return output;
  }

  double rateFactorOf(const std::string& name) const override { return isOfBackbone(name) ? 1 : headRate_; }
  /// Of the backbone: He's rule by fan-out.
  std::optional<double> deviationOf(const std::string& name, const at::Tensor& weight) const override {
    if (!isOfBackbone(name)) return std::nullopt;
    return fanOutDeviation(weight);
  }

 private:
  static bool isOfBackbone(const std::string& parameter) {
    return parameter.starts_with("stem_") || parameter.starts_with("layer");
  }
  void addStem(int w) {
    const int shapes[3][3] = {{3, w, 2}, {w, w, 1}, {w, 2 * w, 1}};
    for (const auto& [in, out, stride] : shapes) {
      stem_.push_back(std::make_shared<ConvNorm>(in, out, 3, stride));
      register_module("stem_" + std::to_string(stem_.size()), stem_.back());
    }
  }

  /// Stages 3 and 4 keep their size and look further instead: dilation 2 and 4.
  /// returns  the channels behind it
  int addStage(const PspNet& settings, int stage, int in) {
    const int planes = settings.width << stage, stride = stage == 1 ? 2 : 1;
    const int dilation = stage < 2 ? 1 : stage == 2 ? 2 : 4;
    auto& blocks = stages_.emplace_back();
    for (int i = 0; i < settings.blocks()[static_cast<std::size_t>(stage)]; ++i) {
      blocks.push_back(std::make_shared<Bottleneck>(in, planes, i == 0 ? stride : 1, dilation, i == 0));
      register_module("layer" + std::to_string(stage + 1) + "_" + std::to_string(i), blocks.back());
      in = planes * PspNet::kExpansion;
    }
    return in;
  }

  /// The map and its means over each grid of bins, at the map's size: twice the channels.
  at::Tensor pyramid(const at::Tensor& x) const {
    std::vector<at::Tensor> maps{x};
    for (std::size_t i = 0; i < pyramid_.size(); ++i) {
      const std::int64_t bins = PspNet::kBins[i];
      const at::Tensor pooled = at::adaptive_avg_pool2d(x, {bins, bins});
      maps.push_back(resized(pyramid_[i]->forward(pooled), x.size(2), x.size(3)));
    }
    return at::cat(maps, 1);
  }

  const double headRate_;
  std::vector<std::shared_ptr<ConvNorm>> stem_, pyramid_;
  std::vector<std::vector<std::shared_ptr<Bottleneck>>> stages_;
  std::shared_ptr<Classifier> main_, aux_;
};

}  // namespace

std::shared_ptr<Network> make(const PspNet& settings, const ModelContext& context) {
  TORCH_CHECK(PspNet::inputProblem(context.input).empty(), "the recipe refuses such an input");
  return std::make_shared<PspNetwork>(settings, context);
}

}  // namespace uada
