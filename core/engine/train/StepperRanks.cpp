#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/engine/train/StepSums.h"
#include "core/engine/train/StepperContext.h"

// A step and a test of several ranks that train together (docs/scale.md).
namespace uada {

/// Throws Error where the method cannot do with a part of each batch, or the network not with the recipe's
/// normalisation.
void Stepper::joinRanks(const RunConfig& config) {
  if (!method_->decidesAlone())
    throw Error(fmt::format(
        "the method {} learns from, or decides for, a whole batch, of which each of {} ranks has a part: "
        "train it on one rank",
        config.method.name, world_.size()));
  const Recipe& recipe = config.recipe;
  if (recipe.training.normDevices == 1) return;
  if (network_->hasOwnWeights())
    throw Error(fmt::format(
        "recipe.training.norm_devices: {} found, 1 expected: the model {} brings its own layers, whose "
        "normalisation takes each rank's statistics",
        recipe.training.normDevices, recipe.model.name));
  sumOfNorms_ = [this](const at::Tensor& values) { world_.sum(values); };
  network_->takeNormsTogether(&sumOfNorms_);
}

/// Lets the other ranks know, who wait for this one, that it could not take the step. Those that wait in a
/// batch normalisation cannot be told.
void Stepper::shareFault(const std::string& text, bool isMemory) {
  if (world_.isAlone() || !rankSums_.isAwaited()) return;
  if (sumOfNorms_) {
    world_.quit(text);
    throw PeerLost(fmt::format("rank {} of {}: {}", world_.rank(), world_.size(), text));
  }
  rankSums_.addFault(world_, Context::sharedNumbers(trainMetrics_.size()), isMemory);
}

/// Puts the sums over the ranks in place of this one's. A rank that is lost here is met again in the next
/// step: this one is taken.
void Stepper::addUp(StepReports& reports) {
  std::vector<double> sums = stepSums(reports.report, reports.policy);
  try {
    world_.sum(at::from_blob(sums.data(), {static_cast<std::int64_t>(sums.size())}, at::kDouble));
    putStepSums(sums, reports.report, reports.policy);
    spreadMethod();
  } catch (const PeerLost&) {
  }
}

/// What the method of rank 0 has found out by its clock holds for all.
void Stepper::spreadMethod() {
  class Spreader : public StateVisitor {
   public:
    explicit Spreader(World& world) : world_(world) {}
    void tensor(const std::string&, at::Tensor value) override {
      if (world_.rank() > 0) value.zero_();
      world_.sum(value);
    }

   private:
    World& world_;
  } spreader(world_);
  method_->visit(spreader);
}

/// Each rank predicts its share, in as many rounds as the largest takes, since all ask about interruptions.
std::optional<Metrics> Stepper::testTogether(const Renderer& renderer, std::span<const std::uint32_t> samples,
                                             const std::function<bool()>& interrupted) {
  const std::unique_ptr<Meter> own = head_->meter(), all = head_->meter();
  const auto [begin, end] = world_.shareOf(samples.size());
  const std::size_t most = (samples.size() + static_cast<std::size_t>(world_.size()) - 1) /
                           static_cast<std::size_t>(world_.size());
  for (std::size_t done = 0; done < most; done += head_->testBatch()) {
    if (interrupted()) return {};
    const std::size_t first = std::min(begin + done, end), last = std::min(first + head_->testBatch(), end);
    predictOn(renderer, samples.subspan(first, last - first), *own, [] { return false; }, nullptr);
  }
  for (const std::vector<double>& numbers : world_.gathered(own->numbers())) all->merge(numbers);
  return all->values();
}

/// The noise of rows of this rank's part of a batch, as they meet it in the whole.
Noise Stepper::Context::placed(Noise noise, std::int64_t rows) const {
  if (batch_->whole == 0) return noise;
  const auto size = static_cast<std::int64_t>(batch_->indices.size());
  const at::Tensor own = noise.places.defined() ? noise.places : at::arange(rows, at::kLong);
  const at::Tensor variant = own.div(size, "floor");
  noise.places = variant * batch_->whole + batch_->first + (own - variant * size);
  noise.samples = (std::max(noise.samples, rows) + size - 1) / size * batch_->whole;
  return noise;
}

/// Of the whole batch's loss, which is the mean over its rows, or what else the task takes it over.
double Stepper::Context::shareOf(const TrainedOn& on) const {
  if (stepper_.world_.isAlone()) return 1;
  const TaskHead& head = *stepper_.head_;
  if (head.hasWeight())
    return stepper_.rankSums_.shareOfWeight(stepper_.world_, head.weight(begun_.rows.pickTargets(on.rows)));
  return static_cast<double>(batch_->indices.size()) / static_cast<double>(batch_->whole);
}

/// What the ranks have of the whole batch: its loss, metrics, gradients and running statistics.
void Stepper::Context::addUp(const Pass& pass, Sums& sums) {
  const at::NoGradGuard noGrad;
  bool isSound = asked_.empty() || isAskedFinite().item<bool>();
  if (pass.on.numbers.defined()) isSound = isSound && pass.on.numbers.isfinite().all().item<bool>();
  at::Tensor numbers =
      at::cat({sums.loss.to(at::kDouble).view({1}).cpu(), sums.metrics.flatten().to(at::kDouble).cpu(),
               at::full({1}, isSound ? 0.0 : 1.0, at::kDouble)});
  const RankSums::Faults faults = stepper_.rankSums_.addNumbers(stepper_.world_, numbers);
  if (faults.count > 0) refuse(faults);
  sums.loss = numbers[0];
  sums.metrics = numbers.narrow(0, 1, numbers.numel() - 2);
  sums.isSound = numbers[-1] == 0;
  std::vector<at::Tensor> statistics, before;
  const std::vector<at::Tensor> changed = stepper_.changed();
  for (std::size_t i = 0; i < changed.size(); ++i) {
    if (!changed[i].is_floating_point()) continue;
    statistics.push_back(changed[i]);
    before.push_back(stepper_.undo_.copies()[i]);
  }
  const double share = static_cast<double>(batch_->indices.size()) / static_cast<double>(batch_->whole);
  stepper_.rankSums_.addGradients(stepper_.world_, stepper_.network_->parameters(), statistics, before,
                                  share);
}

/// Another rank could not take the step.
void Stepper::Context::refuse(const RankSums::Faults& faults) const {
  const std::string who = faults.count == 1
                              ? fmt::format("rank {} of {} could not", faults.rank, stepper_.world_.size())
                              : fmt::format("{} of {} ranks could not", faults.count, stepper_.world_.size());
  StepFault fault(faults.isMemory ? StepFault::Kind::memory : StepFault::Kind::notFinite,
                  fmt::format("step {} (epoch {}) was not taken: {}", batch_->step, batch_->epoch, who));
  fault.isOfOther = true;
  throw fault;
}

}  // namespace uada
