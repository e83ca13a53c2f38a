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
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/tasks/Task.h"
#include "core/engine/train/Precision.h"
#include "core/engine/train/StartWeights.h"
#include "core/engine/train/Stopwatch.h"

namespace uada {
namespace {

constexpr int kCropMoves = 32;            // source pixels
constexpr std::uint32_t kCommonPass = 0;  // of all forwards that share their noise

/// start  null: none; notes: what was taken of it
std::shared_ptr<Network> placedNetwork(const RunConfig& config, const Dataset& data, at::Device device,
                                       const WeightsFile* start, std::vector<std::string>& notes) {
  const ModelContext context{data.classes(), inputOf(config.recipe, commonSize(data))};
  std::shared_ptr<Network> network =
      makeNetwork(config.recipe.model, context, static_cast<std::uint64_t>(config.seed));
  if (start) notes = startFrom(*start, *network, config.recipe.model.name, data.classes());
  if (findMethod(config.method.name).norms > 1) {
    if (network->hasOwnWeights())
      throw Error(
          fmt::format("the method {} wants two sets of batch normalisations, which a network from elsewhere "
                      "has not; choose another method or model",
                      config.method.name));
    network->addNorms();
  }
  network->to(device);
  return network;
}

Parameters parametersOf(const Network& network, const Training& training) {
  Parameters parameters;
  for (const auto& entry : network.named_parameters()) {
    const bool isDecayed = training.decayed == "all" || entry.value().dim() > 1;
    parameters.push_back({entry.key(), entry.value(), network.rateFactorOf(entry.key()), isDecayed});
  }
  return parameters;
}

std::unique_ptr<Average> averageOf(const Network& network, double kept) {
  return kept == 0 ? nullptr : std::make_unique<Average>(network, kept);
}

/// Of the classes of label maps and boxes.
std::vector<ClassColour> coloursOf(const Recipe& recipe, const Dataset& data) {
  if (recipe.dataset.name.empty()) return {};  // images that belong to no data set
  return classColoursOf(findDataset(recipe.dataset.name), data.classes());
}

/// How many chains the run's method renders for each sample.
double shownChains(const RunConfig& config) {
  const auto space = makeSpace(config, squareInput(32));
  return findMethod(config.method.name).passes(config.method, *space).chains;
}

/// Those that the task counts on trained batches.
std::vector<std::string> countedMetrics(const Recipe& recipe) {
  std::vector<std::string> names;
  for (const Metric& metric : taskOf(recipe).trainMetrics)
    if (metric.name != "loss") names.push_back(metric.name);
  return names;
}

/// These come beside the run's threads. On the CPU one is enough: it has a whole step for a small part of its
/// work. A GPU leaves the cores free.
int threadsAhead(at::Device device, const ThreadPool& pool) { return device.is_cpu() ? 1 : pool.threads(); }

double mean(std::span<const float> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Throws  Error where only a resized crop would fit the images to the input, and the policy draws none.
void requireFittingCrop(const Space& space, const Choice& method, const Dataset& data, const Input& input) {
  const ImageSize size = commonSize(data);
  if (size == input.size() || space.takesAnySize()) return;
  throw Error(
      fmt::format("the training images have {}, the network's input {} x {} pixels, and the policy draws no "
                  "resized crop: {} images of the input's size",
                  size.empty() ? "different sizes" : fmt::format("{} x {}", size.width, size.height),
                  input.width, input.height,
                  findMethod(method.name).policySetting == PolicySetting::fixed
                      ? "that of the method is fixed, so choose another method, or"
                      : "give a policy with crop resized, or"));
}

}  // namespace

/// Does what the method asks for; keeps counts and timings.
class Stepper::Context : public StepContext {
 public:
  Context(Stepper& stepper, const Batch& batch, double learningRate, int pictured, RenderAhead::Begun begun)
      : stepper_(stepper),
        batch_(&batch),
        learningRate_(learningRate),
        pictured_(pictured),
        begun_(std::move(begun)) {}

  Rows render(std::span<const Shown> shown) override {
    Stopwatch watch;
    const bool isThere = !begun_.shown.empty() && std::ranges::equal(begun_.shown, shown);
    if (!begun_.shown.empty() && !isThere) begun_.rows.clear();
    begun_.shown.clear();
    const Rows rows = isThere ? Rows{0, static_cast<int>(shown.size())}
                              : begun_.rows.add(stepper_.renderer_, batch_->indices, shown);
    counts.chains += rows.count;
    timings.render += watch.lap();
    return rows;
  }

  at::Tensor losses(Rows rows, Mode mode) override {
    Stopwatch watch;
    const c10::InferenceMode inference;
    const Output output = forward(begun_.rows.images(rows), mode, placesOf(rows, mode));
    const at::Tensor losses = stepper_.head_->losses(output, begun_.rows.targets(rows));
    counts.forwardsNoGrad += batches(rows.count);
    (mode.phase == Phase::probe ? timings.probe : timings.candidate) += watch.lap();
    return losses;
  }

  Output outputs(Rows rows, Mode mode) override {
    Stopwatch watch;
    const at::NoGradGuard noGrad;
    const Output output = forward(begun_.rows.images(rows), mode, placesOf(rows, mode));
    counts.forwardsNoGrad += batches(rows.count);
    (mode.phase == Phase::probe ? timings.probe : timings.candidate) += watch.lap();
    return output;
  }

  at::Tensor images(Rows rows) const override { return begun_.rows.images(rows); }

  Trained train(const TrainedOn& on) override {
    Stopwatch watch;
    const Targets targets = on.images.defined() ? begun_.rows.pickTargets(on.rows) : Targets{};
    const RowBuffer::Picked picked =
        on.images.defined() ? RowBuffer::Picked{on.images, targets} : begun_.rows.pick(on.rows);
    stepper_.network_->useNorms(on.norms);
    const Output output = forward(picked.images, {});
    stepper_.network_->useNorms(0);
    at::Tensor loss = stepper_.head_->objective(output, picked.targets);
    if (on.term) loss = loss + on.term(output);
    loss.backward();
    fillGradients();
    const Trained trained = read(on, loss, output, picked.targets);
    if (stepper_.training_.gradientClip > 0) stepper_.updater_->clip(stepper_.training_.gradientClip);
    stepper_.updater_->step(learningRate_);
    if (stepper_.average_) stepper_.average_->add();
    const double passes = batches(static_cast<int>(on.rows.numel()));
    counts.forwardsTrain += passes;
    counts.backwards += passes;
    timings.train += watch.lap();
    return trained;
  }

  Snapshot save() const override {
    const at::NoGradGuard noGrad;
    Snapshot snapshot;
    for (const at::Tensor& value : learned()) snapshot.values.push_back(value.clone());
    return snapshot;
  }
  void load(const Snapshot& snapshot) override {
    const at::NoGradGuard noGrad;
    const std::vector<at::Tensor> values = learned();
    TORCH_CHECK(values.size() == snapshot.values.size(), "a snapshot of another network");
    for (std::size_t i = 0; i < values.size(); ++i) values[i].copy_(snapshot.values[i]);
  }

  void take(const Batch& batch) override {
    batch_ = &batch;
    begun_.rows.clear();
    begun_.shown.clear();
  }

  double score(std::span<const std::uint32_t> samples) override {
    Stopwatch watch;
    const std::unique_ptr<Meter> meter = stepper_.head_->meter();
    stepper_.testOn(stepper_.renderer_, samples, *meter, [] { return false; });
    timings.probe += watch.lap();
    return meter->values().front().value;
  }

  [[noreturn]] void refuse(std::string_view what) const override {
    throw Error(
        fmt::format("training failed: {} is not a finite number at step {} (epoch {}, learning rate {:g}); "
                    "the weights were not changed by this step; a lower learning rate may help",
                    what, batch_->step, batch_->epoch, learningRate_));
  }

  int pictured() const override { return pictured_; }

  Counts counts;
  Timings timings;

 private:
  at::Tensor placesOf(Rows rows, Mode mode) const {
    return mode.commonNoise ? begun_.rows.places(rows) : at::Tensor();
  }
  /// places  of common noise
  Output forward(const at::Tensor& images, Mode mode, const at::Tensor& places = {}) {
    stepper_.network_->setNormMode(mode.norm);
    stepper_.network_->setNoise({batch_->seed, batch_->step, mode.commonNoise ? kCommonPass : passes_++,
                                 places, static_cast<std::int64_t>(batch_->indices.size())});
    Output output;
    const bool isBf16 = mode.precision == Precision::training ? stepper_.training_.precision == "bf16"
                                                              : mode.precision == Precision::bf16;
    if (isBf16) {
      const Bf16 lower(images.device());
      output = floats(stepper_.network_->forward(images));
    } else {
      output = stepper_.network_->forward(images);
    }
    output.features = stepper_.network_->features();
    if (isBf16 && output.features.defined()) output.features = output.features.to(at::kFloat);
    return output;
  }
  /// Where there are several sets of batch normalisations one has no part in the loss: its gradient is 0.
  void fillGradients() const {
    if (stepper_.norms_ == 1) return;
    for (at::Tensor parameter : stepper_.network_->parameters())
      if (!parameter.grad().defined()) parameter.mutable_grad() = at::zeros_like(parameter);
  }
  double batches(int rows) const { return rows / static_cast<double>(batch_->indices.size()); }
  /// All that network and optimiser have learned, in their own memory.
  std::vector<at::Tensor> learned() const {
    class Lister : public StateVisitor {
     public:
      void tensor(const std::string&, at::Tensor value) override { values.push_back(std::move(value)); }
      std::vector<at::Tensor> values;
    };
    Lister lister;
    stepper_.network_->visit(lister);
    stepper_.updater_->visit(lister);
    if (stepper_.average_) stepper_.average_->visit(lister);
    return lister.values;
  }

  /// Brings all numbers of the step from the device at once. Refuses what is not finite.
  Trained read(const TrainedOn& on, const at::Tensor& loss, const Output& output,
               const Targets& targets) const {
    at::NoGradGuard noGrad;
    const TaskHead& head = *stepper_.head_;
    std::vector<at::Tensor> parts{loss.view({1}), stepper_.updater_->gradientsAreFinite().view({1}),
                                  head.trainSums(output, targets).flatten()};
    if (on.wantsLosses) parts.push_back(head.losses(output, targets));
    if (on.numbers.defined()) parts.push_back(on.numbers.flatten());
    if (on.seen) parts.push_back(on.seen(output).flatten());
    std::vector<std::int64_t> sizes;
    for (at::Tensor& part : parts) {
      part = part.to(at::kDouble);
      sizes.push_back(part.numel());
    }
    const std::vector<at::Tensor> numbers = at::cat(parts).cpu().split_with_sizes(sizes);

    Trained trained;
    trained.loss = numbers[0].item<double>();
    const bool isFinite = std::isfinite(trained.loss), areFinite = numbers[1].item<double>() != 0;
    if (!isFinite || !areFinite) {
      stepper_.updater_->dropGradients();
      refuse(isFinite ? "a gradient" : "the loss");
    }
    const auto* sums = static_cast<const double*>(numbers[2].const_data_ptr());
    for (const std::string& name : stepper_.trainMetrics_) {
      trained.metrics.push_back({name, sums[0], sums[1]});
      sums += 2;
    }
    auto next = numbers.begin() + 3;
    if (on.wantsLosses) trained.losses = (next++)->to(at::kFloat);
    if (on.numbers.defined()) trained.numbers = *next++;
    if (on.seen) trained.seen = *next++;
    return trained;
  }

  Stepper& stepper_;
  const Batch* batch_;
  const double learningRate_;
  const int pictured_;
  RenderAhead::Begun begun_;
  std::uint32_t passes_ = 0;
};

Stepper::Stepper(const RunConfig& config, const Dataset& data, at::Device device, ThreadPool& pool,
                 const WeightsFile* start)
    : data_(data),
      pool_(pool),
      looksBeyond_(shownChains(config) > 1),
      norms_(findMethod(config.method.name).norms),
      colours_(coloursOf(config.recipe, data)),
      space_(makeSpace(config, inputOf(config.recipe, commonSize(data)), commonSize(data))),
      network_(placedNetwork(config, data, device, start, startNotes_)),
      method_(makeMethod(config.method, {*space_, static_cast<std::uint64_t>(config.seed), &data,
                                         config.recipe.training.epochs, network_->featureCount(), device})),
      renderer_(data, runRendering(config.recipe, data), pool),
      head_(makeTaskHead(config.recipe.task,
                         {data.classes(), device, renderer_.settings().input, network_->priors()})),
      training_(config.recipe.training),
      updater_(makeUpdater(config.recipe.optimiser, parametersOf(*network_, training_))),
      average_(averageOf(*network_, training_.averaging)),
      trainMetrics_(countedMetrics(config.recipe)),
      ahead_(*method_, data, renderer_.settings(), *head_, device, threadsAhead(device, pool),
             space_->mixesLabels()) {
  if (space_->mixesLabels() && !head_->takesShares())
    throw Error(fmt::format("the policy {} mixes labels, which the task {} cannot: give another policy",
                            policyOf(config.method).name, config.recipe.task.name));
  requireFittingCrop(*space_, config.method, data, renderer_.settings().input);
  const Batch none;
  Context context(*this, none, 0, 0, ahead_.take(none));
  method_->begin(context);
}

Prefetch::PartOf Stepper::shownParts(std::uint64_t seed, int epoch) const {
  return [this, seed, epoch](std::uint32_t index) {
    const ImageSize size = data_.imageSize(index);
    Random random(seed, static_cast<std::uint32_t>(epoch), index, Purpose::plan);
    const PixelBox shown = shownPart(space_->sample(random, epoch, size, boxesOf(data_, index)), renderer_.settings().input, size);
    // A method that moves the crop looks beyond it; where that is not enough the image is decoded again.
    const int room = looksBeyond_ ? kCropMoves : 0;
    return PixelBox{std::max(0, shown.left - room), std::max(0, shown.top - room),
                    std::min(size.width, shown.right + room), std::min(size.height, shown.bottom + room)};
  };
}

void Stepper::ask(const Batch& batch, const std::function<void(StepContext&)>& questions) {
  Context context(*this, batch, 0, 0, ahead_.take(batch));
  questions(context);
}

Counts Stepper::tell(void (Method::*what)(int, StepContext&), int epoch) {
  const Batch none;
  Context context(*this, none, 0, 0, ahead_.take(none));
  (method_.get()->*what)(epoch, context);
  return context.counts;
}

StepReports Stepper::step(const Batch& batch, double learningRate, int pictured, const Batch* next) {
  Stopwatch watch;
  RenderAhead::Begun begun = ahead_.take(batch);
  const double waited = watch.lap();
  if (next) ahead_.expect(*next);
  Context context(*this, batch, learningRate, pictured, std::move(begun));
  context.timings.render = waited;
  StepOutcome outcome = method_->step(batch, context);
  illustrate(outcome);

  StepReports reports;
  StepReport& report = reports.report;
  report.step = batch.step;
  report.epoch = batch.epoch;
  report.learningRate = learningRate;
  report.loss = outcome.trained.loss;
  report.unperturbedLoss = mean(outcome.unperturbed);
  report.gain = mean(outcome.best) - report.unperturbedLoss;
  for (const MetricSum& metric : outcome.trained.metrics)
    report.metrics.push_back({metric.name, metric.mean()});
  report.count = static_cast<int>(batch.indices.size());
  report.counts = context.counts;
  report.timings = context.timings;
  report.timings.other = std::max(0.0, waited + watch.lap() - context.timings.total());
  reports.metrics = std::move(outcome.trained.metrics);
  reports.policy = std::move(outcome.policy);
  reports.decisions = std::move(outcome.decisions);
  reports.notes = std::move(outcome.notes);
  return reports;
}

/// Adds label, pictures and the hash of the trained pixels to each recorded decision.
void Stepper::illustrate(StepOutcome& outcome) const {
  for (std::size_t i = 0; i < outcome.decisions.size(); ++i) {
    Decision& decision = outcome.decisions[i];
    decision.label = data_.targetKind() == TargetKind::label ? data_.label(decision.index) : -1;
    drawPictures(decision, renderer_, colours_);
    decision.pixelHash = pixelHash(renderer_.picture(decision.index, outcome.decided[i]).view());
  }
}

std::optional<Metrics> Stepper::test(const Dataset& data, const std::function<bool()>& interrupted) {
  const Average::Shown averaged(average_.get());
  const Renderer renderer(data, renderer_.settings(), pool_);
  const std::unique_ptr<Meter> meter = head_->meter();
  std::vector<std::uint32_t> samples(data.size());
  std::iota(samples.begin(), samples.end(), 0U);
  if (!testOn(renderer, samples, *meter, interrupted)) return {};
  return meter->values();
}

/// Adds unaugmented samples of the renderer's data set to a meter.
/// returns  false: interrupted
bool Stepper::testOn(const Renderer& renderer, std::span<const std::uint32_t> samples, Meter& meter,
                     const std::function<bool()>& interrupted) {
  const c10::InferenceMode inference;
  network_->setNormMode(NormMode::eval);
  for (std::size_t begin = 0; begin < samples.size(); begin += head_->testBatch()) {
    if (interrupted()) return false;
    head_->test(*network_, renderer,
                samples.subspan(begin, std::min(head_->testBatch(), samples.size() - begin)), meter);
  }
  return true;
}

void Stepper::visit(StateVisitor& visitor) {
  network_->visit(visitor);
  updater_->visit(visitor);
  if (average_) average_->visit(visitor);
  method_->visit(visitor);
}

}  // namespace uada
