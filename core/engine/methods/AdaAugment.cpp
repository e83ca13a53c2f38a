#include "core/engine/methods/AdaAugment.h"

#include <algorithm>

#include "core/augment/Parts.h"
#include "core/base/Error.h"
#include "core/engine/methods/ActorCritic.h"
#include "core/engine/methods/Magnitudes.h"
#include "core/engine/methods/Method.h"
#include "core/engine/models/Transfer.h"
#include "core/engine/tasks/Labels.h"

namespace uada {
namespace {

/// Each image has a magnitude M, which an actor chose when it was last trained on, from the features of the
/// image without augmentation. Each step shows every image three times:
///   none   a crop alone                                          forward without gradient
///   full   one op at the highest level, crop, flip, Cutout       forward without gradient
///   ada    the same at the level of M                            trained on
/// The reward of an image is (1 - b) (L_ada - L_none) + b (L_full - L_ada), where b falls by 1 / E before
/// each of E epochs, from 1: at first what is easier than full augmentation is good, at last what is harder
/// than none. The features of `none` are the state, those of `ada` the next one.
class AdaAugmentMethod : public Method {
 public:
  AdaAugmentMethod(const AdaAugment& settings, const MethodContext& context)
      : settings_(settings),
        space_(context.space),
        data_(trainingSetOf(context)),
        seed_(context.seed),
        epochs_(context.epochs),
        agent_(context.features, settings.learningRate, context.seed),
        magnitudes_(data_.size()),
        isReady_(at::zeros({}, at::kLong)) {}

  /// Before the first epoch the actor looks at every image once, as TrivialAugment shows it.
  void beginEpoch(int, StepContext& context) override {
    if (isReady_.item<std::int64_t>() != 0) return;
    constexpr std::size_t kAtOnce = 128;
    Batch batch;
    batch.seed = seed_;
    batch.step = batch.epoch = 0;
    for (std::size_t begin = 0; begin < data_.size(); begin += kAtOnce) {
      batch.indices.clear();
      for (std::size_t i = begin; i < std::min(begin + kAtOnce, data_.size()); ++i)
        batch.indices.push_back(static_cast<std::uint32_t>(i));
      context.take(batch);
      const std::vector<Plan> plans = samplePlans(batch, space_);
      const Rows rows = context.render(shownVariants(plans, plans.size(), space_));
      chooseMagnitudes(batch, readFrom(context.outputs(rows, {.norm = NormMode::eval}).features));
    }
    isReady_.fill_(1);
  }

  StepOutcome step(const Batch& batch, StepContext& context) override {
    const std::size_t size = batch.indices.size();
    const std::vector<Plan> plans = drawnPlans(batch);
    const Rows rows = context.render(shownVariants(plans, size, space_));
    const auto variant = [&](int v) { return rows.variant(v, static_cast<int>(size)); };
    const Output none = context.outputs(variant(kNone), {});
    const at::Tensor full = context.losses(variant(kFull), {});
    StepOutcome outcome;
    reportDrawn(batch, std::span(plans).subspan(kAda * size, size), space_, context.pictured(), outcome);
    TrainedOn on{.rows = numbersOf(variant(kAda)), .wantsLosses = true};
    on.numbers = at::cat({crossEntropy(none.main, labelsOf(batch, none.main.device())).view({1, -1}),
                          full.view({1, -1}), none.features.t()});  // [2 + n, B]
    on.seen = [](const Output& output) { return output.features; };
    outcome.trained = context.train(on);
    learn(batch, outcome.trained);
    return outcome;
  }

  /// The running step changes the magnitudes of its own samples alone.
  std::vector<Shown> known(const Batch& batch) const override {
    return shownVariants(drawnPlans(batch), batch.indices.size(), space_);
  }

  void visit(StateVisitor& visitor) override {
    agent_.visit(visitor);
    magnitudes_.visit(visitor, "method.magnitudes");
    visitor.tensor("method.is_ready", isReady_);
  }

 private:
  static constexpr int kNone = 0, kFull = 1, kAda = 2;

  /// [3 * B]: none, full, ada; each with a crop of its own.
  std::vector<Plan> drawnPlans(const Batch& batch) const {
    const std::size_t size = batch.indices.size();
    std::vector<Plan> plans = samplePlans(batch, space_, 3);
    for (std::size_t b = 0; b < size; ++b) {
      Plan& none = plans[kNone * size + b];
      none.remove("step");
      none.remove("cutout");
      none.set(flipPart(false));
      plans[kFull * size + b] = atMagnitude(plans[kFull * size + b], 1);
      plans[kAda * size + b] = atMagnitude(plans[kAda * size + b], magnitudes_.of(batch.indices[b]));
    }
    return plans;
  }

  at::Tensor labelsOf(const Batch& batch, at::Device device) const {
    std::vector<std::int64_t> labels;
    for (const std::uint32_t index : batch.indices) labels.push_back(data_.label(index));
    return sentTo(at::tensor(labels, at::kLong), device);
  }

  /// Actions for the next time that the samples are drawn, each from the sample's own stream.
  /// states   [B, n]
  /// returns  [B]
  at::Tensor chooseMagnitudes(const Batch& batch, const at::Tensor& states) {
    const at::NoGradGuard noGrad;
    constexpr double kEdge = 1e-6;  // where the density is still a number
    const ActorCritic::Policy policy = agent_.policy(states);
    const at::Tensor alphas = policy.alpha.to(at::kDouble), betas = policy.beta.to(at::kDouble);
    const auto *alpha = static_cast<const double*>(alphas.const_data_ptr()),
               *beta = static_cast<const double*>(betas.const_data_ptr());
    std::vector<float> actions;
    for (std::size_t b = 0; b < batch.indices.size(); ++b) {
      Random random = streamOf(batch, b, Purpose::magnitude);
      const double drawn = std::clamp(drawnBeta(random, alpha[b], beta[b]), kEdge, 1 - kEdge);
      magnitudes_.set(batch.indices[b], drawn);
      actions.push_back(magnitudes_.of(batch.indices[b]));
    }
    return at::tensor(actions);
  }

  void learn(const Batch& batch, const Trained& trained) {
    const auto size = static_cast<std::int64_t>(batch.indices.size());
    const at::Tensor numbers = trained.numbers.to(at::kFloat).view({-1, size});
    const at::Tensor none = numbers[0], full = numbers[1], ada = trained.losses;
    const at::Tensor states = numbers.narrow(0, 2, numbers.size(0) - 2).t().contiguous();
    const at::Tensor nextStates = trained.seen.to(at::kFloat).view({size, -1});
    const double balance = 1 - static_cast<double>(batch.epoch) / epochs_;
    at::Tensor rewards = (1 - balance) * (ada - none) + balance * (full - ada);
    if (settings_.normaliseReward) rewards = (rewards - rewards.mean()) / (rewards.std(false) + 1e-8);
    const at::Tensor actions = chooseMagnitudes(batch, states);
    const double share = epochs_ > 1 ? 1 - 0.99 * (batch.epoch - 1) / (epochs_ - 1) : 1;
    agent_.learn({states, actions, nextStates, rewards}, share);
  }

  const AdaAugment settings_;
  const Space& space_;
  const Dataset& data_;
  const std::uint64_t seed_;
  const int epochs_;
  ActorCritic agent_;
  Magnitudes magnitudes_;
  at::Tensor isReady_;  // int64: whether the magnitudes of the first epoch were chosen
};

}  // namespace

std::unique_ptr<Method> make(const AdaAugment& settings, const MethodContext& context) {
  if (context.features == 0)
    throw Error(
        "method ada-augment: the network has no linear layer whose input would be the agent's state; "
        "choose a model that ends in one");
  return std::make_unique<AdaAugmentMethod>(settings, context);
}

}  // namespace uada
