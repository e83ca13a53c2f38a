#include "core/engine/tasks/Segmentation.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "core/base/Error.h"
#include "core/data/LabelCounts.h"
#include "core/engine/tasks/TaskHead.h"

namespace uada {
namespace {

constexpr std::uint8_t kIgnored = 255;
constexpr std::int64_t kWindows = 8;  // that the network sees at once in a test

/// Of each pixel, 0 where it is ignored: [R, H, W].
at::Tensor pixelLosses(const at::Tensor& logits, const at::Tensor& classes) {
  return at::cross_entropy_loss(logits, classes, {}, at::Reduction::None, kIgnored);
}

/// Over the pixels that have a class; 0 where none has, so that such a batch ends no training.
at::Tensor meanLoss(const at::Tensor& logits, const at::Tensor& classes) {
  const at::Tensor sum = at::cross_entropy_loss(logits, classes, {}, at::Reduction::Sum, kIgnored);
  return sum / (classes != kIgnored).sum().clamp_min(1);
}

class SceneMeter : public Meter {
 public:
  explicit SceneMeter(int classes) : counts(classes) {}
  Metrics values() const override {
    return {{"miou_occurring", counts.meanIouOccurring()},
            {"macc_occurring", counts.meanAccuracyOccurring()},
            {"all_acc", counts.overallAccuracy()},
            {"loss", lossSum / static_cast<double>(pixels)}};
  }
  std::vector<double> numbers() const override {
    std::vector<double> all = counts.numbers();
    all.insert(all.end(), {lossSum, static_cast<double>(pixels)});
    return all;
  }
  void merge(std::span<const double> numbers) override {
    counts.merge(numbers.first(numbers.size() - 2));
    lossSum += numbers[numbers.size() - 2];
    pixels += static_cast<std::int64_t>(numbers.back());
  }

  LabelCounts counts;
  double lossSum = 0;       ///< of -log of the true class's averaged probability
  std::int64_t pixels = 0;  ///< that have a class
};

/// Where windows begin so that they cover `size` pixels, a third of a window shared; the last ends with them.
std::vector<std::int64_t> windowStarts(std::int64_t size, std::int64_t window) {
  const std::int64_t stride = (2 * window + 2) / 3;
  std::vector<std::int64_t> starts;
  for (std::int64_t at = 0;; at += stride) {
    starts.push_back(std::min(at, size - window));
    if (at + window >= size) return starts;
  }
}

class SegmentationHead : public TaskHead {
 public:
  SegmentationHead(const Segmentation& settings, const HeadContext& context)
      : settings_(settings), context_(context) {
    if (settings.scales.empty())
      throw UsageError(
          "recipe.task.scales: none is given, at least one expected; [1] is the image's own size");
  }

  Targets targets(std::span<const Target> targets) const override {
    std::vector<at::Tensor> maps;
    for (const Target& target : targets) maps.push_back(mapOf(std::get<LabelMap>(target).view()));
    return {at::stack(maps)};
  }
  TargetRule targetRule() const override { return {.ignore = kIgnored}; }

  at::Tensor losses(const Output& output, const Targets& targets) const override {
    at::Tensor losses = pixelLosses(output.main, targets.classes);
    if (output.aux.defined())
      losses = losses + settings_.auxWeight * pixelLosses(output.aux, targets.classes);
    const at::Tensor sums = losses.flatten(1).sum(1);  // [R]
    // All images have as many pixels, so that this orders them as their sums do.
    if (settings_.compared == "sum") return sums / static_cast<double>(losses[0].numel());
    return sums / (targets.classes != kIgnored).flatten(1).sum(1).clamp_min(1);
  }
  at::Tensor objective(const Output& output, const Targets& targets) const override {
    const at::Tensor main = meanLoss(output.main, targets.classes);
    if (!output.aux.defined()) return main;
    return main + settings_.auxWeight * meanLoss(output.aux, targets.classes);
  }
  bool hasWeight() const override { return true; }
  at::Tensor weight(const Targets& targets) const override {
    return (targets.classes != kIgnored).sum().to(at::kDouble);
  }
  at::Tensor trainSums(const Output& output, const Targets& targets) const override {
    at::NoGradGuard noGrad;
    const at::Tensor valid = targets.classes != kIgnored;
    const at::Tensor right = (output.main.argmax(1) == targets.classes).logical_and_(valid);
    return at::stack({right.sum(), valid.sum()}).to(at::kDouble).unsqueeze(0);
  }

  std::unique_ptr<Meter> meter() const override { return std::make_unique<SceneMeter>(context_.classes); }
  std::size_t testBatch() const override { return 1; }
  std::vector<Prediction> predict(Network& network, const Renderer& renderer,
                                  std::span<const std::uint32_t> samples, Meter& meter) const override {
    std::vector<Prediction> maps;
    for (const std::uint32_t sample : samples) {
      const Held<ImageView> image = renderer.source(sample);
      const Held<TargetView> target = renderer.data().target(sample);
      const at::Tensor chances = probabilities(network, renderer.settings(), *image);
      LabelMap predicted = likeliest(chances);
      add(static_cast<SceneMeter&>(meter), predicted.view(), chances, std::get<LabelMapView>(*target));
      maps.emplace_back(std::move(predicted));
    }
    return maps;
  }

  void check(const Dataset& data, std::string_view which) const override {
    if (data.targetKind() != TargetKind::labelMap)
      throw Error(fmt::format("the {} set has no label maps, which segmentation learns from", which));
    // Labels are checked as they are read: a data set that gives label maps gives those of its classes.
    for (std::uint32_t i = 0; i < data.size(); ++i)
      if (hasClass(std::get<LabelMapView>(*data.target(i)))) return;
    throw Error(fmt::format(
        "no pixel of the {} set's {} label maps has a class, all are ignored: there is nothing to "
        "learn or to count; look at its label files ('uada data check')",
        which, data.size()));
  }

 private:
  static bool hasClass(LabelMapView map) {
    return std::any_of(map.labels, map.labels + map.size(), [](int label) { return label != kIgnored; });
  }
  static at::Tensor mapOf(LabelMapView map) {
    return at::from_blob(const_cast<std::uint8_t*>(map.labels), {map.height, map.width}, at::kByte)
        .to(at::kLong);
  }

  /// Of the whole image, averaged over the scales.
  /// returns  [classes, height, width], on the CPU
  at::Tensor probabilities(Network& network, const RenderSettings& rendering, ImageView image) const {
    at::Tensor sum;
    for (const double scale : settings_.scales) {
      const at::Tensor pixels = scaledPixels(image, scale);
      at::Tensor chances = windowedChances(network, rendering, pixels);
      if (chances.size(1) != image.height || chances.size(2) != image.width)
        chances = resized(chances.unsqueeze(0), image.height, image.width)[0];
      sum = sum.defined() ? sum + chances : chances;
    }
    const auto count = static_cast<double>(settings_.scales.size());
    return count > 1 ? sum / count : sum;
  }

  /// As cv::resize of single precision, bilinear, does it. x  [1, C, h, w]
  static at::Tensor resized(const at::Tensor& x, std::int64_t height, std::int64_t width) {
    return at::upsample_bilinear2d(x, {height, width}, /*align_corners=*/false);
  }

  /// The image's levels, at a size whose longer side is the base size times the scale, rounded.
  /// returns  [1, 3, height, width], 0..255
  at::Tensor scaledPixels(ImageView image, double scale) const {
    const at::Tensor bytes =
        at::from_blob(const_cast<std::uint8_t*>(image.rgb), {1, image.height, image.width, 3}, at::kByte);
    const at::Tensor pixels = bytes.to(at::kFloat).permute({0, 3, 1, 2});
    const int longer = std::max(image.width, image.height);
    const double side = std::nearbyint(scale * (settings_.baseSize > 0 ? settings_.baseSize : longer));
    const auto scaled = [&](int own) {
      return std::max<std::int64_t>(1, std::llrint(own == longer ? side : side / longer * own));
    };
    const std::int64_t height = scaled(image.height), width = scaled(image.width);
    const bool isSame = height == image.height && width == image.width;
    return isSame ? pixels : resized(pixels, height, width);
  }

  /// Averaged over windows of the network's input, and over their mirror images.
  /// pixels   [1, 3, height, width], levels
  /// returns  [classes, height, width], on the CPU
  at::Tensor windowedChances(Network& network, const RenderSettings& rendering,
                             const at::Tensor& pixels) const {
    const Input& input = rendering.input;
    const at::Tensor padded = paddedImage(rendering, pixels);  // [1, 3, H, W]
    const std::int64_t height = padded.size(2), width = padded.size(3);
    at::Tensor sum = at::zeros({context_.classes, height, width});
    at::Tensor times = at::zeros({height, width});
    std::vector<std::pair<std::int64_t, std::int64_t>> places;
    for (const std::int64_t top : windowStarts(height, input.height))
      for (const std::int64_t left : windowStarts(width, input.width)) places.emplace_back(top, left);
    for (std::size_t first = 0; first < places.size(); first += kWindows) {
      const std::size_t end = std::min<std::size_t>(places.size(), first + kWindows);
      std::vector<at::Tensor> windows;
      for (std::size_t i = first; i < end; ++i)
        windows.push_back(
            padded[0].narrow(1, places[i].first, input.height).narrow(2, places[i].second, input.width));
      const at::Tensor chances = windowChances(network, at::stack(windows));
      for (std::size_t i = first; i < end; ++i) {
        const auto part = [&](const at::Tensor& whole, int rows) {
          return whole.narrow(rows, places[i].first, input.height)
              .narrow(rows + 1, places[i].second, input.width);
        };
        part(sum, 1).add_(chances[static_cast<std::int64_t>(i - first)]);
        part(times, 0).add_(1);
      }
    }
    const std::int64_t tall = pixels.size(2), wide = pixels.size(3);
    return (sum / times).narrow(1, (height - tall) / 2, tall).narrow(2, (width - wide) / 2, wide);
  }

  /// windows  [W, 3, h, w]
  /// returns  [W, classes, h, w], on the CPU
  at::Tensor windowChances(Network& network, const at::Tensor& windows) const {
    const at::Tensor images = windows.contiguous(at::MemoryFormat::ChannelsLast).to(context_.device);
    at::Tensor chances = network.forward(images).main.softmax(1);
    if (settings_.flipTest) {
      const at::Tensor mirrored = images.flip({3}).contiguous(at::MemoryFormat::ChannelsLast);
      chances = (chances + network.forward(mirrored).main.softmax(1).flip({3})) / 2;
    }
    return chances.cpu();
  }

  /// Normalised, with the mean around it, half on each side, where it is smaller than the input.
  /// pixels  [1, 3, height, width], levels
  static at::Tensor paddedImage(const RenderSettings& rendering, const at::Tensor& pixels) {
    const auto channels = [](const std::array<float, 3>& values) {
      return at::tensor(at::ArrayRef<float>(values.data(), 3)).view({1, 3, 1, 1});
    };
    const at::Tensor normalised = (pixels / 255 - channels(rendering.mean)) / channels(rendering.deviation);
    const std::int64_t tall = std::max<std::int64_t>(0, rendering.input.height - pixels.size(2));
    const std::int64_t wide = std::max<std::int64_t>(0, rendering.input.width - pixels.size(3));
    return at::constant_pad_nd(normalised, {wide / 2, wide - wide / 2, tall / 2, tall - tall / 2}, 0);
  }

  /// Of each pixel the class with the highest probability, of equal ones the first.
  static LabelMap likeliest(const at::Tensor& chances) {
    const at::Tensor classes = chances.argmax(0).to(at::kByte).contiguous();
    return LabelMap(LabelMapView{static_cast<const std::uint8_t*>(classes.const_data_ptr()),
                                 static_cast<int>(classes.size(1)), static_cast<int>(classes.size(0))});
  }

  static void add(SceneMeter& meter, LabelMapView predicted, const at::Tensor& chances, LabelMapView truth) {
    meter.counts.add(predicted, truth, kIgnored);
    const at::Tensor classes = mapOf(truth);
    const at::Tensor valid = classes != kIgnored;
    const at::Tensor own = chances.gather(0, classes.masked_fill(valid.logical_not(), 0).unsqueeze(0))[0];
    meter.lossSum -= own.clamp_min(1e-12).log().masked_select(valid).sum(at::kDouble).item<double>();
    meter.pixels += valid.sum().item<std::int64_t>();
  }

  const Segmentation settings_;
  const HeadContext context_;
};

}  // namespace

std::unique_ptr<TaskHead> make(const Segmentation& settings, const HeadContext& context) {
  return std::make_unique<SegmentationHead>(settings, context);
}

}  // namespace uada
