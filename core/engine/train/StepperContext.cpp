#include "core/engine/train/StepperContext.h"

#include <algorithm>
#include <cmath>

#include "core/engine/models/Transfer.h"
#include "core/engine/train/Precision.h"

namespace uada {

static constexpr std::uint32_t kCommonPass = 0;  // of all forwards that share their noise

// oneDNN makes its kernels for each number of rows that a forward has, which takes about as long as the
// forward, and keeps them. So rows that do not depend on each other go in parts of one size, the last of
// which is filled up.
static constexpr std::int64_t kRowsAlone = 32;

/// Of numbers that were read, float64 on the CPU.
static std::span<const double> valuesOf(const at::Tensor& read) {
  return {static_cast<const double*>(read.const_data_ptr()), static_cast<std::size_t>(read.numel())};
}

/// The same rows and, behind them, zeros.
static at::Tensor filledUp(const at::Tensor& rows, std::int64_t count) {
  if (rows.size(0) == count) return rows;
  const at::Tensor filled = at::zeros({count, rows.size(2), rows.size(3), rows.size(1)}, rows.options());
  const at::Tensor images = filled.permute({0, 3, 1, 2});
  images.narrow(0, 0, rows.size(0)).copy_(rows);
  return images;
}

/// What it says of the first rows.
static Output first(const Output& output, std::int64_t count) {
  const auto of = [count](const at::Tensor& all) { return all.defined() ? all.narrow(0, 0, count) : all; };
  return {of(output.main), of(output.aux), of(output.features), of(output.offsets)};
}

/// What a network says of rows that went through it one part after another.
static Output joined(const std::vector<Output>& parts) {
  if (parts.size() == 1) return parts[0];
  const auto all = [&](at::Tensor Output::* member) {
    std::vector<at::Tensor> tensors;
    for (const Output& part : parts) tensors.push_back(part.*member);
    return tensors[0].defined() ? at::cat(tensors) : at::Tensor();
  };
  return {all(&Output::main), all(&Output::aux), all(&Output::features), all(&Output::offsets)};
}

/// Of rows that one call is about.
static Rows within(Rows rows, std::int64_t begin, std::int64_t count) {
  return {rows.first + static_cast<int>(begin), static_cast<int>(count)};
}

Rows Stepper::Context::render(std::span<const Shown> shown) {
  Stopwatch watch;
  const bool isThere = !begun_.shown.empty() && std::ranges::equal(begun_.shown, shown);
  if (!begun_.shown.empty() && !isThere) begun_.rows.clear();
  begun_.shown = {};
  const Rows rows = isThere ? Rows{0, static_cast<int>(shown.size())}
                            : begun_.rows.add(stepper_.renderer_, batch_->indices, shown);
  counts.chains += rows.count;
  timings.render += watch.lap();
  return rows;
}

at::Tensor Stepper::Context::losses(Rows rows, Mode mode) {
  Stopwatch watch;
  const c10::InferenceMode inference;
  std::vector<at::Tensor> ofParts;
  for (const Seen& one : seen(rows.count, mode, samplesOf(rows, mode))) {
    const Rows part = within(rows, one.part.begin, one.part.count);
    ofParts.push_back(lossesOf(one, images(part), begun_.rows.targets(part), mode));
  }
  const at::Tensor losses = ofParts.size() == 1 ? ofParts[0] : at::cat(ofParts);
  asked_.push_back({.rows = numbersOf(rows), .losses = losses});
  count(rows.count, mode, watch);
  return losses;
}

at::Tensor Stepper::Context::lossesOfBatch(const at::Tensor& rows, Mode mode) {
  Stopwatch watch;
  const c10::InferenceMode inference;
  const std::int64_t size = rows.numel();
  std::vector<at::Tensor> ofParts;
  for (const Seen& one : seen(size, mode, mode.commonNoise ? at::arange(size, at::kLong) : at::Tensor())) {
    const RowBuffer::Picked part =
        begun_.rows.pick(rows.narrow(0, one.part.begin, one.part.count), stepper_.renderer_);
    ofParts.push_back(lossesOf(one, part.images, part.targets, mode));
  }
  const at::Tensor losses = ofParts.size() == 1 ? ofParts[0] : at::cat(ofParts);
  asked_.push_back({.rows = rows, .losses = losses});
  count(size, mode, watch);
  return losses;
}

Output Stepper::Context::outputs(Rows rows, Mode mode) {
  Stopwatch watch;
  const at::NoGradGuard noGrad;
  std::vector<Output> ofParts;
  for (const Seen& one : seen(rows.count, mode, samplesOf(rows, mode)))
    ofParts.push_back(forward(one, images(within(rows, one.part.begin, one.part.count)), mode));
  const Output output = joined(ofParts);
  asked_.push_back({.rows = numbersOf(rows), .output = output});
  count(rows.count, mode, watch);
  return output;
}

/// Of a forward without gradient.
void Stepper::Context::count(std::int64_t rows, Mode mode, Stopwatch& watch) {
  counts.forwardsNoGrad += batches(rows);
  (mode.phase == Phase::probe ? timings.probe : timings.candidate) += watch.lap();
}

Trained Stepper::Context::train(const TrainedOn& on) {
  Stopwatch watch;
  const Pass pass{on, partsOf(on.rows.numel(), stepper_.rowsAtOnce_), passes_++, shareOf(on)};
  Sums sums;
  for (const Part& part : pass.parts) add(sums, pass, part);
  fillGradients();
  if (!stepper_.world_.isAlone()) addUp(pass, sums);
  const Trained trained = read(pass, sums);
  if (stepper_.training_.gradientClip > 0) stepper_.updater_->clip(stepper_.training_.gradientClip);
  stepper_.isLearned_ = true;
  stepper_.updater_->step(learningRate_);
  if (stepper_.average_) stepper_.average_->add();
  counts.forwardsTrain += batches(pass.rows());
  counts.backwards += batches(pass.rows());
  timings.train += watch.lap();
  return trained;
}

Snapshot Stepper::Context::save() const {
  const at::NoGradGuard noGrad;
  Snapshot snapshot;
  for (const at::Tensor& value : learned()) snapshot.values.push_back(value.clone());
  return snapshot;
}

void Stepper::Context::load(const Snapshot& snapshot) {
  const at::NoGradGuard noGrad;
  const std::vector<at::Tensor> values = learned();
  TORCH_CHECK(values.size() == snapshot.values.size(), "a snapshot of another network");
  for (std::size_t i = 0; i < values.size(); ++i) values[i].copy_(snapshot.values[i]);
}

void Stepper::Context::take(const Batch& batch) {
  batch_ = &batch;
  asked_.clear();
  begun_.rows.clear();
  begun_.shown.clear();
}

double Stepper::Context::score(std::span<const std::uint32_t> samples) {
  Stopwatch watch;
  const std::unique_ptr<Meter> meter = stepper_.head_->meter();
  stepper_.predictOn(stepper_.renderer_, samples, *meter, [] { return false; }, nullptr);
  timings.probe += watch.lap();
  return meter->values().front().value;
}

/// As even parts as there can be of at most so many rows each (0: any), and of at least two, because a row
/// alone has no batch statistics.
std::vector<Stepper::Context::Part> Stepper::Context::partsOf(std::int64_t rows, int most) {
  std::int64_t count = 1;
  if (most > 0)
    count = std::clamp<std::int64_t>((rows + most - 1) / most, 1, std::max<std::int64_t>(1, rows / 2));
  std::vector<Part> parts;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t begin = i * rows / count;
    parts.push_back({begin, (i + 1) * rows / count - begin});
  }
  return parts;
}

/// The parts of rows that do not depend on each other.
std::vector<Stepper::Context::Part> Stepper::Context::partsAlone(std::int64_t rows) const {
  const int most = stepper_.rowsAtOnce_;
  if (!stepper_.device_.is_cpu() || (most > 0 && most < kRowsAlone)) return partsOf(rows, most);
  std::vector<Part> parts;
  for (std::int64_t begin = 0; begin < rows; begin += kRowsAlone)
    parts.push_back({begin, std::min(kRowsAlone, rows - begin)});
  return parts;
}

/// How many rows go through the network for one of partsAlone(): of whole batches there are always as many.
std::int64_t Stepper::Context::filledCount(std::int64_t rows, const Part& part) const {
  const auto batch = static_cast<std::int64_t>(batch_->indices.size());
  if (!stepper_.device_.is_cpu() || rows % batch == 0) return part.count;
  const bool isAllowed = stepper_.rowsAtOnce_ == 0 || stepper_.rowsAtOnce_ >= kRowsAlone;
  return isAllowed && batch >= kRowsAlone ? kRowsAlone : part.count;
}

/// Where the noise is common: whose it is, of each row. Undefined: each row has its own.
at::Tensor Stepper::Context::samplesOf(Rows rows, Mode mode) const {
  return mode.commonNoise ? begun_.rows.places(rows) : at::Tensor();
}

/// How rows go through the network without gradient: at once where batch normalisation takes its statistics
/// from them. Each meets the noise that it meets when all go together.
/// samples  as samplesOf() says
std::vector<Stepper::Context::Seen> Stepper::Context::seen(std::int64_t rows, Mode mode,
                                                           const at::Tensor& samples) {
  const bool areAlone =
      mode.norm == NormMode::base || mode.norm == NormMode::running || mode.norm == NormMode::eval;
  Noise noise{batch_->seed,
              batch_->step,
              mode.commonNoise ? kCommonPass : passes_++,
              {},
              static_cast<std::int64_t>(mode.commonNoise ? batch_->indices.size() : rows)};
  const std::vector<Part> parts = areAlone ? partsAlone(rows) : partsOf(rows, 0);
  std::vector<Seen> seen;
  for (const Part& part : parts) {
    const std::int64_t count = areAlone ? filledCount(rows, part) : part.count;
    if (samples.defined())
      noise.places = samples.narrow(0, part.begin, part.count);
    else if (parts.size() > 1)
      noise.places = at::arange(part.begin, part.begin + part.count, at::kLong);
    Noise met = placed(noise, part.count);
    if (met.places.defined() && count > part.count)  // of what is filled up any will do
      met.places = at::cat({met.places, met.places.narrow(0, 0, 1).expand({count - part.count})});
    seen.push_back({part, met, count});
  }
  return seen;
}

Output Stepper::Context::forward(const Seen& seen, const at::Tensor& images, Mode mode) {
  stepper_.network_->setNoise(seen.noise);
  return first(stepper_.forward(filledUp(images, seen.count), mode), seen.part.count);
}

/// Each row's, as a graph where rows have them.
at::Tensor Stepper::Context::lossesOf(const Seen& seen, const at::Tensor& images, const Targets& targets,
                                      Mode mode) {
  if (!stepper_.graphs_ || stepper_.rowsAtOnce_ > 0 || seen.count > seen.part.count)
    return stepper_.head_->losses(forward(seen, images, mode), targets);
  const auto compute = [&stepper = stepper_, mode](const at::Tensor& x, const Targets& of) {
    return PassResults{.losses = stepper.head_->losses(stepper.forward(x, mode), of)};
  };
  return stepper_.graphs_
      ->compute({.norm = mode.norm, .isBf16 = stepper_.isBf16(mode)}, images, targets, compute)
      .losses;
}

/// Of a part that is trained on. Each row meets the noise that it meets when all go together.
void Stepper::Context::setNoise(const Pass& pass, const Part& part) {
  Noise noise{batch_->seed, batch_->step, pass.number, {}, pass.rows()};
  if (part.count < pass.rows()) noise.places = at::arange(part.begin, part.begin + part.count, at::kLong);
  stepper_.network_->setNoise(placed(noise, part.count));
}

RowBuffer::Picked Stepper::Context::picked(const TrainedOn& on, const Part& part) const {
  const at::Tensor rows = on.rows.narrow(0, part.begin, part.count);
  if (!on.images.defined()) return begun_.rows.pick(rows, stepper_.renderer_);
  return {on.images.narrow(0, part.begin, part.count), begun_.rows.pickTargets(rows)};
}

/// Adds a part's gradients to those that are there, and its numbers to the sums.
void Stepper::Context::add(Sums& sums, const Pass& pass, const Part& part) {
  const TrainedOn& on = pass.on;
  const RowBuffer::Picked rows = picked(on, part);
  TrainRule rule{on.term, on.seen, on.wantsLosses, on.norms};
  if (part.count < pass.rows())
    rule.part = static_cast<double>(part.count) / static_cast<double>(pass.rows());
  rule.share = pass.share;
  rule.isLast = part.begin + part.count == pass.rows();
  setNoise(pass, part);
  const auto compute = [&stepper = stepper_, rule](const at::Tensor& images, const Targets& targets) {
    return stepper.trained(images, targets, rule);
  };
  // What a method adds may be another thing at each step.
  const bool isPlain = !on.term && !on.seen && !on.images.defined() && on.norms == 0 && rule.part == 1;
  const PassResults found =
      stepper_.graphs_ && isPlain
          ? stepper_.graphs_->compute(
                {.trains = true, .isBf16 = stepper_.isBf16(Mode{}), .wantsLosses = on.wantsLosses},
                rows.images, rows.targets, compute)
          : compute(rows.images, rows.targets);
  const at::NoGradGuard noGrad;
  const auto put = [](at::Tensor& sum, const at::Tensor& one) { sum = sum.defined() ? sum + one : one; };
  put(sums.loss, found.loss);
  put(sums.metrics, found.metrics);
  if (on.wantsLosses) sums.losses.push_back(found.losses);
  if (on.seen) sums.seen.push_back(found.seen);
}

/// Where there are several sets of batch normalisations one has no part in the loss: its gradient is 0.
void Stepper::Context::fillGradients() const {
  if (stepper_.norms_ == 1) return;
  for (at::Tensor parameter : stepper_.network_->parameters())
    if (!parameter.grad().defined()) parameter.mutable_grad() = at::zeros_like(parameter);
}

double Stepper::Context::batches(std::int64_t rows) const {
  return static_cast<double>(rows) / static_cast<double>(batch_->indices.size());
}

/// All that network and optimiser have learned, in their own memory.
std::vector<at::Tensor> Stepper::Context::learned() const {
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
Trained Stepper::Context::read(const Pass& pass, const Sums& sums) {
  const at::NoGradGuard noGrad;
  const TrainedOn& on = pass.on;
  std::vector<at::Tensor> parts{sums.loss.view({1}), stepper_.updater_->gradientNorm().view({1}),
                                sums.metrics.flatten()};
  if (on.wantsLosses) parts.push_back(at::cat(sums.losses));
  if (on.numbers.defined()) parts.push_back(on.numbers.flatten());
  if (on.seen) parts.push_back(at::cat(sums.seen));
  if (sums.isSound.defined())
    parts.push_back(sums.isSound.view({1}));
  else if (!asked_.empty())
    parts.push_back(isAskedFinite().view({1}));
  std::vector<std::int64_t> sizes;
  for (at::Tensor& part : parts) {
    part = part.to(at::kDouble);
    sizes.push_back(part.numel());
  }
  const std::vector<at::Tensor> numbers = readFrom(at::cat(parts)).split_with_sizes(sizes);

  Trained trained;
  trained.loss = valuesOf(numbers[0])[0];
  if (!std::isfinite(trained.loss)) refuse("the loss", unsoundTrained(pass));
  const bool isAskedKnown = sums.isSound.defined() || !asked_.empty();
  if (isAskedKnown && valuesOf(numbers.back())[0] == 0) refuse("a loss that the method compares");
  trained.gradientNorm = valuesOf(numbers[1])[0];
  if (!std::isfinite(trained.gradientNorm)) refuse(unsoundGradient(), {});
  const double* metric = valuesOf(numbers[2]).data();
  for (const std::string& name : stepper_.trainMetrics_) {
    trained.metrics.push_back({name, metric[0], metric[1]});
    metric += 2;
  }
  auto next = numbers.begin() + 3;
  if (on.wantsLosses) trained.losses = (next++)->to(at::kFloat);
  if (on.numbers.defined()) trained.numbers = *next++;
  const auto isFinite = [](double value) { return std::isfinite(value); };
  if (on.numbers.defined() && !std::ranges::all_of(valuesOf(trained.numbers), isFinite))
    refuse("a number that the method learns from");
  if (on.seen) trained.seen = *next++;
  return trained;
}

}  // namespace uada
