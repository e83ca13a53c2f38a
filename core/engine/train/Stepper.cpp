#include "core/engine/train/Stepper.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/augment/Clamp.h"
#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/engine/Decisions.h"
#include "core/engine/RunImages.h"
#include "core/engine/tasks/Labels.h"
#include "core/engine/train/Stopwatch.h"

namespace uada {
namespace {

constexpr int kTestBatch = 250;
constexpr int kCropMoves = 32;  // source pixels

std::shared_ptr<Network> placedNetwork(const RunConfig& config, const Dataset& data, at::Device device) {
  const ModelContext context{data.classes(), inputOf(config.recipe, commonSize(data))};
  std::shared_ptr<Network> network =
      makeNetwork(config.recipe.model, context, static_cast<std::uint64_t>(config.seed));
  network->to(device);
  return network;
}

/// Borrows [B, height, width, 3] floats as [B, 3, height, width], channels last in memory; copies to another
/// device.
at::Tensor imagesOf(float* pixels, std::int64_t count, const Input& input, at::Device device) {
  const at::Tensor nhwc = at::from_blob(pixels, {count, input.height, input.width, 3}, at::kFloat);
  return nhwc.permute({0, 3, 1, 2}).to(device);
}

double mean(std::span<const float> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Throws  Error where only a resized crop would fit the images to the input, and the policy draws none.
void requireFittingCrop(const Space& space, const Dataset& data, const Input& input) {
  const ImageSize size = commonSize(data);
  if (size == input.size() || space.takesAnySize()) return;
  throw Error(
      fmt::format("the training images have {}, the network's input {} x {} pixels, and the policy draws no "
                  "resized crop: "
                  "give a policy with crop resized, or images of the input's size",
                  size.empty() ? "different sizes" : fmt::format("{} x {}", size.width, size.height),
                  input.width, input.height));
}

[[noreturn]] void refuseStep(const Batch& batch, std::string_view what, double learningRate) {
  throw Error(
      fmt::format("training failed: {} is not a finite number at step {} (epoch {}, learning rate {:g}); the "
                  "weights were not changed by this step; a lower learning rate may help",
                  what, batch.step, batch.epoch, learningRate));
}

}  // namespace

/// Renders into the stepper's buffer and asks the network; keeps counts and timings.
class Stepper::BatchOracle : public Oracle {
 public:
  BatchOracle(Stepper& stepper, const Batch& batch)
      : stepper_(stepper),
        batch_(batch),
        input_(stepper.renderer_.settings().input),
        targets_(targetsOf(stepper.data_, batch.indices).to(stepper.device_)) {
    // Grown before anything is rendered: tensors borrow these pixels.
    stepper_.pixels_.resize(pixelsPerVariant() * static_cast<std::size_t>(stepper.chooser_->variants()));
  }

  int render(std::span<const Plan> plans) override {
    Stopwatch watch;
    const std::size_t variants = plans.size() / batch_.indices.size();
    TORCH_CHECK(variants * batch_.indices.size() == plans.size(),
                "plans must be whole variants of the batch");
    TORCH_CHECK((rendered_ + variants) * pixelsPerVariant() <= stepper_.pixels_.size(),
                "more variants than announced");
    stepper_.renderer_.render(batch_.indices, plans, pixels(static_cast<int>(rendered_)));
    counts.chains += static_cast<std::int64_t>(plans.size());
    rendered_ += variants;
    timings.render += watch.lap();
    return static_cast<int>(rendered_ - variants);
  }

  std::vector<float> losses(int variant, Phase phase) override {
    Stopwatch watch;
    const c10::InferenceMode inference;
    const at::Tensor images = imagesOf(pixels(variant), size(), input_, stepper_.device_);
    const at::Tensor losses = crossEntropy(stepper_.network_->forward(images), targets_).cpu();  // [B]
    // Not const_data_ptr<float>(): clang 19 mangles it unlike the compiler that LibTorch was built with.
    const auto* values = static_cast<const float*>(losses.const_data_ptr());
    ++counts.forwardsNoGrad;
    (phase == Phase::probe ? timings.probe : timings.candidate) += watch.lap();
    return {values, values + losses.numel()};
  }

  /// Copies each sample's winner into one batch: [B, 3, height, width].
  at::Tensor gathered(std::span<const int> variants) const {
    const at::Tensor images = at::empty({size(), input_.height, input_.width, 3}, at::kFloat);
    const std::size_t each = pixelsPerVariant() / batch_.indices.size();
    float* out = images.mutable_data_ptr<float>();
    for (std::size_t b = 0; b < variants.size(); ++b) {
      std::copy_n(pixels(variants[b]) + b * each, each, out + b * each);
    }
    return images.permute({0, 3, 1, 2}).to(stepper_.device_);
  }

  const at::Tensor& targets() const { return targets_; }
  std::int64_t size() const { return static_cast<std::int64_t>(batch_.indices.size()); }
  Counts counts;
  Timings timings;

 private:
  std::size_t pixelsPerVariant() const { return batch_.indices.size() * input_.height * input_.width * 3; }
  float* pixels(int variant) const { return stepper_.pixels_.data() + pixelsPerVariant() * variant; }

  Stepper& stepper_;
  const Batch& batch_;
  const Input input_;
  const at::Tensor targets_;  // [B], int64
  std::size_t rendered_ = 0;
};

Stepper::Stepper(const RunConfig& config, const Dataset& data, at::Device device, ThreadPool& pool)
    : data_(data),
      pool_(pool),
      device_(device),
      pictured_(config.runtime.pictured),
      space_(makeSpace(config, inputOf(config.recipe, commonSize(data)), commonSize(data))),
      chooser_(makeChooser(config.method, *space_)),
      renderer_(data, runRendering(config.recipe, data), pool),
      network_(placedNetwork(config, data, device)),
      updater_(makeUpdater(config.recipe.optimiser, network_->parameters())) {
  requireFittingCrop(*space_, data, renderer_.settings().input);
}

Prefetch::PartOf Stepper::shownParts(std::uint64_t seed, int epoch) const {
  return [this, seed, epoch](std::uint32_t index) {
    const ImageSize size = data_.imageSize(index);
    Random random(seed, static_cast<std::uint32_t>(epoch), index, Purpose::plan);
    const PixelBox shown = shownPart(space_->sample(random, epoch, size), renderer_.settings().input, size);
    // A method that moves the crop looks beyond it; where that is not enough the image is decoded again.
    const int room = chooser_->variants() > 1 ? kCropMoves : 0;
    return PixelBox{std::max(0, shown.left - room), std::max(0, shown.top - room),
                    std::min(size.width, shown.right + room), std::min(size.height, shown.bottom + room)};
  };
}

StepOutcome Stepper::step(const Batch& batch, double learningRate, bool record) {
  Stopwatch watch;
  network_->setNormMode(NormMode::train);
  BatchOracle oracle(*this, batch);
  Chosen chosen = chooser_->choose(batch, oracle, record ? pictured_ : 0);
  for (const float loss : chosen.unperturbed) {
    if (!std::isfinite(loss)) refuseStep(batch, "the loss of an unperturbed image", learningRate);
  }
  const Trained trained = train(oracle, chosen.variants, batch, learningRate);
  illustrate(chosen);

  StepOutcome outcome;
  StepReport& report = outcome.report;
  report.step = batch.step;
  report.epoch = batch.epoch;
  report.learningRate = learningRate;
  report.loss = trained.loss;
  report.unperturbedLoss = mean(chosen.unperturbed);
  report.gain = mean(chosen.best) - report.unperturbedLoss;
  for (const MetricSum& metric : trained.metrics) report.metrics.push_back({metric.name, metric.mean()});
  outcome.metrics = trained.metrics;
  report.count = static_cast<int>(oracle.size());
  report.counts = oracle.counts;
  report.counts.forwardsTrain = report.counts.backwards = 1;
  report.timings = oracle.timings;
  const double named = oracle.timings.render + oracle.timings.probe + oracle.timings.candidate;
  outcome.policy = std::move(chosen.policy);
  outcome.decisions = std::move(chosen.decisions);
  report.timings.train = trained.seconds;
  report.timings.other = std::max(0.0, watch.lap() - named - trained.seconds);
  return outcome;
}

Stepper::Trained Stepper::train(const BatchOracle& oracle, std::span<const int> variants, const Batch& batch,
                                double learningRate) {
  Stopwatch watch;
  Trained trained;
  const at::Tensor images = oracle.gathered(variants);
  const at::Tensor logits = network_->forward(images);  // [B, classes]
  const at::Tensor loss = crossEntropy(logits, oracle.targets()).mean();
  trained.loss = loss.item<float>();
  if (!std::isfinite(trained.loss)) refuseStep(batch, "the loss", learningRate);
  trained.metrics = trainSums(logits, oracle.targets());
  loss.backward();
  if (!updater_->gradientsAreFinite()) {
    updater_->dropGradients();
    refuseStep(batch, "a gradient", learningRate);
  }
  updater_->step(learningRate);
  trained.seconds = watch.lap();
  return trained;
}

/// Adds label, pictures and the hash of the trained pixels to each recorded decision.
void Stepper::illustrate(Chosen& chosen) const {
  for (std::size_t i = 0; i < chosen.decisions.size(); ++i) {
    Decision& decision = chosen.decisions[i];
    decision.label = data_.label(decision.index);
    drawPictures(decision, renderer_);
    decision.pixelHash = pixelHash(renderer_.picture(decision.index, chosen.decided[i]).view());
  }
}

std::optional<Metrics> Stepper::test(const Dataset& data, const std::function<bool()>& interrupted) {
  const c10::InferenceMode inference;
  network_->setNormMode(NormMode::eval);
  const Input& input = renderer_.settings().input;
  const Renderer renderer(data, renderer_.settings(), pool_);
  std::vector<std::uint32_t> indices;
  LabelMeter meter;
  for (std::size_t begin = 0; begin < data.size(); begin += kTestBatch) {
    if (interrupted()) return {};
    indices.resize(std::min<std::size_t>(kTestBatch, data.size() - begin));
    std::iota(indices.begin(), indices.end(), static_cast<std::uint32_t>(begin));
    pixels_.resize(std::max(pixels_.size(), indices.size() * input.height * input.width * 3));
    renderer.plain(indices, pixels_.data());
    const at::Tensor targets = targetsOf(data, indices).to(device_);
    const at::Tensor images =
        imagesOf(pixels_.data(), static_cast<std::int64_t>(indices.size()), input, device_);
    meter.add(network_->forward(images), targets);
  }
  return meter.values();
}

}  // namespace uada
