#include "core/engine/train/Stepper.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "core/augment/Clamp.h"
#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/engine/Decisions.h"
#include "core/engine/RunImages.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/tasks/Labels.h"
#include "core/engine/tasks/Task.h"
#include "core/engine/train/StartWeights.h"
#include "core/engine/train/StepFault.h"
#include "core/engine/train/StepperContext.h"
#include "core/engine/train/Stopwatch.h"

namespace uada {
namespace {

constexpr std::size_t kUnsoundShown = 8;
constexpr int kCropMoves = 32;  // source pixels

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

Stepper::Stepper(const RunConfig& config, const Dataset& data, at::Device device, ThreadPool& pool,
                 const WeightsFile* start, World* world)
    : world_(world ? *world : alone_),
      data_(data),
      pool_(pool),
      device_(device),
      looksBeyond_(shownChains(config) > 1),
      norms_(findMethod(config.method.name).norms),
      colours_(coloursOf(config.recipe, data)),
      space_(makeSpace(config, inputOf(config.recipe, commonSize(data)), commonSize(data))),
      network_(placedNetwork(config, data, device, start, startNotes_)),
      method_(makeMethod(config.method, {*space_, static_cast<std::uint64_t>(config.seed), &data,
                                         config.recipe.training.epochs, network_->featureCount(), device})),
      renderer_(data, runRendering(config.recipe, data), pool),
      head_(makeTaskHead(config.recipe.task,
                         {data.classes(), device, renderer_.settings().input, network_->priors(),
                          renderer_.settings().mean, renderer_.settings().deviation})),
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
  if (!world_.isAlone()) joinRanks(config);
  makeGraphs(config);
  const Batch none;
  Context context(*this, none, 0, 0, ahead_.take(none));
  method_->begin(context);
}

Prefetch::PartOf Stepper::shownParts(std::uint64_t seed, int epoch) const {
  return [this, seed, epoch](std::uint32_t index) {
    const ImageSize size = data_.imageSize(index);
    Random random(seed, static_cast<std::uint32_t>(epoch), index, Purpose::plan);
    const PixelBox shown = shownPart(space_->sample(random, epoch, size, boxesOf(data_, index)),
                                     renderer_.settings().input, size);
    // A method that moves the crop looks beyond it; where that is not enough the image is decoded again.
    const int room = looksBeyond_ ? kCropMoves : 0;
    return PixelBox{std::max(0, shown.left - room), std::max(0, shown.top - room),
                    std::min(size.width, shown.right + room), std::min(size.height, shown.bottom + room)};
  };
}

void Stepper::adopt(const RunConfig& config) {
  ahead_.wait();  // it asks the method; rows that no longer fit are rendered again
  method_->adopt(config.method);
  updater_->adopt(config.recipe.optimiser);
  training_.gradientClip = config.recipe.training.gradientClip;
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

/// What a step changes before it can be refused: running statistics; where it learns before its end, all.
std::vector<at::Tensor> Stepper::changed() {
  class Lister : public StateVisitor {
   public:
    explicit Lister(bool takesAll) : takesAll_(takesAll) {}
    void tensor(const std::string&, at::Tensor value) override {
      if (takesAll_ || !value.requires_grad()) values.push_back(std::move(value));
    }
    std::vector<at::Tensor> values;

   private:
    const bool takesAll_;
  };
  Lister lister(method_->learnsWithinStep());
  if (method_->learnsWithinStep())
    visit(lister);
  else
    network_->visit(lister);
  return std::move(lister.values);
}

/// Brings back what the running step has changed.
/// returns  false: too much has changed
bool Stepper::undo() {
  if (isLearned_ && !method_->learnsWithinStep()) return false;
  undo_.restore(changed());
  updater_->dropGradients();
  return true;
}

StepReports Stepper::step(const Batch& batch, double learningRate, int pictured, const Batch* next) {
  isLearned_ = false;
  if (!world_.isAlone()) rankSums_.begin(head_->hasWeight());
  try {
    undo_.keep(changed());
    return taken(batch, learningRate, pictured, next);
  } catch (const StepFault& fault) {
    if (!undo()) throw std::logic_error("a step was refused when it had changed the weights");
    shareFault(fault.what(), false);
    throw;
  } catch (const PeerLost&) {
    undo();
    throw;
  } catch (const std::exception& problem) {
    const std::optional<std::string> shortage = memoryShortage(problem);
    if (!shortage) throw;
    const std::string text = fmt::format("step {} (epoch {}) was not taken: memory is short: {}", batch.step,
                                         batch.epoch, *shortage);
    if (!undo())
      throw Error(text +
                  "; it had begun to change the weights: go on from the last checkpoint, with a smaller "
                  "recipe.training.batch or network, or after other programs have ended");
    shareFault(text, true);
    throw StepFault(StepFault::Kind::memory,
                    text +
                        "; the weights are those before it; a smaller recipe.training.batch or network needs "
                        "less, and so does runtime.on_out_of_memory=halve, which goes on from this step");
  }
}

StepReports Stepper::taken(const Batch& batch, double learningRate, int pictured, const Batch* next) {
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
  report.gradientNorm = outcome.trained.gradientNorm;
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
  if (graphs_)
    if (std::string problem = graphs_->takeProblem(); !problem.empty())
      reports.notes.push_back(std::move(problem));
  if (!world_.isAlone()) addUp(reports);
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

std::vector<Decision> Stepper::unsoundSamples(const Batch& batch, std::span<const UnsoundRow> rows) const {
  StepOutcome outcome;
  for (const UnsoundRow& row : rows) {
    if (outcome.decisions.size() == kUnsoundShown) break;
    if (std::ranges::find(outcome.decisions, row.sample, &Decision::index) != outcome.decisions.end())
      continue;
    Decision& decision = outcome.decisions.emplace_back();
    decision.step = batch.step;
    decision.epoch = batch.epoch;
    decision.index = row.sample;
    decision.plan = row.plan;
    decision.unperturbedLoss = row.loss;
    outcome.decided.push_back(row.plan);
  }
  illustrate(outcome);
  return std::move(outcome.decisions);
}

std::optional<Metrics> Stepper::test(const Dataset& data, const std::function<bool()>& interrupted) {
  return predict(data, data.size(), interrupted, nullptr);
}

std::optional<Metrics> Stepper::predict(const Dataset& data, std::size_t count,
                                        const std::function<bool()>& interrupted,
                                        const TakePrediction& take) {
  const Average::Shown averaged(average_.get());
  const Renderer renderer(data, renderer_.settings(), pool_);
  const std::unique_ptr<Meter> meter = head_->meter();
  std::vector<std::uint32_t> samples(count);
  std::iota(samples.begin(), samples.end(), 0U);
  if (!world_.isAlone()) return testTogether(renderer, samples, interrupted);
  if (!predictOn(renderer, samples, *meter, interrupted, take)) return {};
  return meter->values();
}

/// Predicts unaugmented samples of the renderer's data set, and adds them to a meter.
/// returns  false: interrupted
bool Stepper::predictOn(const Renderer& renderer, std::span<const std::uint32_t> samples, Meter& meter,
                        const std::function<bool()>& interrupted, const TakePrediction& take) {
  const c10::InferenceMode inference;
  network_->setNormMode(NormMode::eval);
  for (std::size_t begin = 0; begin < samples.size(); begin += head_->testBatch()) {
    if (interrupted()) return false;
    const auto some = samples.subspan(begin, std::min(head_->testBatch(), samples.size() - begin));
    std::vector<Prediction> predictions = head_->predict(*network_, renderer, some, meter);
    for (std::size_t i = 0; take && i < some.size(); ++i) take(some[i], std::move(predictions[i]));
  }
  return true;
}

std::vector<ClassChances> Stepper::judge(std::span<const work::PlannedSample> samples) {
  const c10::InferenceMode inference;
  const Average::Shown averaged(average_.get());
  network_->setNormMode(NormMode::eval);
  const Input& input = renderer_.settings().input;
  const auto count = static_cast<std::int64_t>(samples.size());
  const at::Tensor pixels = at::empty({count, input.height, input.width, 3}, at::kFloat);
  const at::Tensor labels = at::empty({count}, at::kLong);
  auto* values = pixels.mutable_data_ptr<float>();
  auto* label = labels.mutable_data_ptr<std::int64_t>();
  const std::size_t each = std::size_t{3} * input.height * input.width;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::span index(&samples[i].sample, 1);
    label[i] = data_.label(samples[i].sample);
    if (samples[i].plan)
      renderer_.render(index, std::span(&*samples[i].plan, 1), values + i * each);
    else
      renderer_.plain(index, values + i * each);
  }
  const Output output = network_->forward(imagesOf(values, count, input, device_));
  return chancesOf(output.main, labels.to(device_));
}

void Stepper::visit(StateVisitor& visitor) {
  visitNetwork(visitor);
  method_->visit(visitor);
}

void Stepper::visitNetwork(StateVisitor& visitor) {
  const Average::Hidden hidden(average_.get());  // a checkpoint may be written within a test
  network_->visit(visitor);
  updater_->visit(visitor);
  if (average_) average_->visit(visitor);
}

}  // namespace uada
