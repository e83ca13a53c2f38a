#include "core/engine/tasks/Detection.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "core/base/Error.h"
#include "core/data/AveragePrecision.h"
#include "core/engine/tasks/MultiBox.h"
#include "core/engine/tasks/PriorBoxes.h"
#include "core/engine/tasks/Suppression.h"
#include "core/engine/tasks/TaskHead.h"
#include "core/ops/CvMoves.h"
#include "core/ops/Normalise.h"

namespace uada {
namespace {

constexpr std::size_t kTestBatch = 16;

ObjectBox scaled(ObjectBox box, double across, double down) {
  box.left = static_cast<float>(box.left * across), box.right = static_cast<float>(box.right * across);
  box.top = static_cast<float>(box.top * down), box.bottom = static_cast<float>(box.bottom * down);
  return box;
}

class DetectionMeter : public Meter {
 public:
  DetectionMeter(int classes, ApRule rule) : counts(classes), rule_(rule) {}
  Metrics values() const override {
    return {{"map_voc07", counts.mean(rule_)},
            {"map_voc12", counts.mean(ApRule::voc12Area)},
            {"loss", lossSum / static_cast<double>(counts.images())}};
  }
  std::vector<double> numbers() const override {
    std::vector<double> all = counts.numbers();
    all.push_back(lossSum);
    return all;
  }
  void merge(std::span<const double> numbers) override {
    counts.merge(numbers.first(numbers.size() - 1));
    lossSum += numbers.back();
  }

  AveragePrecision counts;
  double lossSum = 0;  ///< of the images

 private:
  const ApRule rule_;
};

class DetectionHead : public TaskHead {
 public:
  DetectionHead(const Detection& settings, const HeadContext& context)
      : settings_(settings), context_(context), priors_(context.priors) {}

  Targets targets(std::span<const Target> targets) const override {
    const auto rows = static_cast<std::int64_t>(targets.size());
    const std::int64_t count = priors_.count();
    Targets all{at::empty({rows, count}, at::kLong), {}, at::empty({rows, count, 4}, at::kFloat)};
    auto* classes = static_cast<std::int64_t*>(all.classes.mutable_data_ptr());
    auto* offsets = static_cast<float*>(all.offsets.mutable_data_ptr());
    for (const Target& target : targets) {
      Boxes learned;
      for (const ObjectBox& box : std::get<Boxes>(target))
        if (const ObjectBox share = scaled(box, 1.0 / context_.input.width, 1.0 / context_.input.height);
            isLearned(share) && std::min(share.right - share.left, share.bottom - share.top) > leastSide())
          learned.push_back(share);
      priors_.match(learned, classes, offsets);
      classes += count;
      offsets += 4 * count;
    }
    return all;
  }

  /// As in the code that SSD was published with: the centre decides.
  TargetRule targetRule() const override { return {.leastShare = 0, .leastSide = 0, .keepsCentre = true}; }

  /// Of each image the loss for each of its own positive priors: 0 where it has none.
  at::Tensor losses(const Output& output, const Targets& targets) const override {
    return multiBoxSums(output, targets, settings_.negatives) / positiveCounts(targets).clamp_min(1);
  }
  bool hasWeight() const override { return true; }
  at::Tensor weight(const Targets& targets) const override {
    return positiveCounts(targets).sum().to(at::kDouble);
  }
  at::Tensor objective(const Output& output, const Targets& targets) const override {
    const at::Tensor positives = positiveCounts(targets).sum().clamp_min(1);
    return multiBoxSums(output, targets, settings_.negatives).sum() / positives;
  }
  at::Tensor trainSums(const Output& output, const Targets& targets) const override {
    const at::NoGradGuard noGrad;
    const at::Tensor positive = targets.classes > 0;
    const at::Tensor right = (output.main.argmax(2) == targets.classes).logical_and_(positive);
    return at::stack({right.sum(), positive.sum()}).to(at::kDouble).unsqueeze(0);
  }

  std::unique_ptr<Meter> meter() const override {
    const ApRule rule = settings_.protocol == "rfb" ? ApRule::voc07Rfb : ApRule::voc07Ssd;
    return std::make_unique<DetectionMeter>(context_.classes, rule);
  }
  std::size_t testBatch() const override { return kTestBatch; }
  std::vector<Prediction> predict(Network& network, const Renderer& renderer,
                                  std::span<const std::uint32_t> samples, Meter& meter) const override {
    auto& sums = static_cast<DetectionMeter&>(meter);
    const Output output = onCpu(network.forward(stretched(renderer, samples).to(context_.device)));
    std::vector<Target> truths;
    for (const std::uint32_t sample : samples) {
      const Held<TargetView> truth = renderer.data().target(sample);
      const BoxesView boxes = std::get<BoxesView>(*truth);
      truths.emplace_back(Boxes(boxes.begin(), boxes.end()));
    }
    std::vector<FoundBoxes> found = foundBoxes(output, renderer, samples);
    for (std::size_t i = 0; i < samples.size(); ++i) sums.counts.add(found[i], std::get<Boxes>(truths[i]));
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const ImageSize size = renderer.data().imageSize(samples[i]);
      for (ObjectBox& box : std::get<Boxes>(truths[i]))
        box = scaled(box, 1.0 * context_.input.width / size.width, 1.0 * context_.input.height / size.height);
    }
    sums.lossSum += losses(output, targets(truths)).sum(at::kDouble).item<double>();
    return {std::make_move_iterator(found.begin()), std::make_move_iterator(found.end())};
  }

  void check(const Dataset& data, std::string_view which) const override {
    if (data.targetKind() != TargetKind::boxes)
      throw Error(fmt::format("the {} set has no boxes, which detection learns from", which));
    bool hasObject = false;
    for (std::uint32_t i = 0; i < data.size(); ++i) {
      const Held<TargetView> target = data.target(i);
      for (const ObjectBox& box : std::get<BoxesView>(*target)) {
        if (box.label < 0 || box.label >= data.classes())
          throw Error(
              fmt::format("label {} of a box of {} image {} is outside 0..{}: check the files with 'uada "
                          "data check'",
                          box.label, which, i, data.classes() - 1));
        hasObject = hasObject || isLearned(box);
      }
    }
    if (!hasObject)
      throw Error(
          fmt::format("no image of the {} set has an object that counts, of {} images: there is nothing "
                      "to learn or to find; look at its annotations ('uada data check')",
                      which, data.size()));
  }

 private:
  /// Whether an object is trained on, whatever its size.
  bool isLearned(const ObjectBox& box) const {
    return (!box.difficult || settings_.difficult == "learned") && box.right > box.left &&
           box.bottom > box.top;
  }
  float leastSide() const { return static_cast<float>(settings_.leastSide); }

  static Output onCpu(const Output& output) {
    Output there{output.main.to(at::kFloat).cpu()};
    there.offsets = output.offsets.to(at::kFloat).cpu();
    return there;
  }

  /// Whole images at the input's size, normalised: [samples, 3, height, width].
  at::Tensor stretched(const Renderer& renderer, std::span<const std::uint32_t> samples) const {
    const RenderSettings& rendering = renderer.settings();
    const auto [height, width, pad] = rendering.input;
    const Normaliser normaliser(rendering.mean, rendering.deviation);
    const auto count = static_cast<std::int64_t>(samples.size());
    const at::Tensor pixels = at::empty({count, height, width, 3}, at::kFloat);
    auto* values = static_cast<float*>(pixels.mutable_data_ptr());
    renderer.pool().forRanges(samples.size(), 1,
                              [&, h = height, w = width](std::size_t begin, std::size_t end) {
                                Image image(w, h);
                                for (std::size_t i = begin; i < end; ++i) {
                                  const Held<ImageView> source = renderer.source(samples[i]);
                                  resizeImage(*source, image.span());
                                  normaliser.apply(image.view(), values + i * image.rgb.size());
                                }
                              });
    return pixels.permute({0, 3, 1, 2});
  }

  /// In pixels of each image.
  std::vector<FoundBoxes> foundBoxes(const Output& output, const Renderer& renderer,
                                     std::span<const std::uint32_t> samples) const {
    const at::Tensor chances = output.main.softmax(2).contiguous();
    const at::Tensor edges = priors_.decoded(output.offsets).contiguous();
    const auto* chance = static_cast<const float*>(chances.const_data_ptr());
    const auto* edge = static_cast<const float*>(edges.const_data_ptr());
    SuppressionRule rule;
    if (settings_.protocol == "rfb") rule.perImage = 200;
    std::vector<FoundBoxes> all(samples.size());
    renderer.pool().forRanges(samples.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        all[i] = keptBoxes(chance + i * static_cast<std::size_t>(chances[0].numel()),
                           edge + i * static_cast<std::size_t>(edges[0].numel()), priors_.count(),
                           context_.classes, rule);
        const ImageSize size = renderer.data().imageSize(samples[i]);
        for (FoundBox& found : all[i]) found.box = scaled(found.box, size.width, size.height);
      }
    });
    return all;
  }

  const Detection settings_;
  const HeadContext context_;
  const PriorBoxes priors_;
};

}  // namespace

std::unique_ptr<TaskHead> make(const Detection& settings, const HeadContext& context) {
  return std::make_unique<DetectionHead>(settings, context);
}

}  // namespace uada
