#include "core/engine/methods/Adversarial.h"

#include <algorithm>

#include "core/augment/FramedSpace.h"
#include "core/augment/Parts.h"
#include "core/base/Philox.h"
#include "core/engine/methods/Controller.h"
#include "core/engine/methods/Method.h"

namespace uada {
namespace {

/// The controller maximises what the network minimises:
///   each epoch  M policies are drawn from the controller;
///   each step   every image is shown once under each policy, by one of its sub-policies, drawn uniformly;
///   the
///               network takes one step on the mean loss of these M * B rows;
///   at the end  L_m, the mean loss under policy m over the epoch, is normalised over the policies, and the
///               controller takes one step on
///               -mean_m(log p_m * (L_m - mean L) / (std L + 1e-5)) - entropy weight * mean_m(entropy_m).
class AdversarialMethod : public Method {
 public:
  AdversarialMethod(const Adversarial& settings, const MethodContext& context)
      : settings_(settings),
        space_(context.space),
        seed_(context.seed),
        ops_(fifteenOps()),
        controller_({static_cast<int>(ops_.size()), kLevels}, settings.learningRate, context.seed),
        lossSums_(at::zeros({settings.policies}, at::kDouble)),
        samples_(at::zeros({}, at::kLong)) {}

  void beginEpoch(int epoch, StepContext&) override {
    choices_ = controller_.draw(settings_.policies, seed_, epoch);
  }

  StepOutcome step(const Batch& batch, StepContext& context) override {
    const auto size = batch.indices.size();
    const std::vector<Plan> plans = drawnPlans(batch);
    const Rows rows = context.render(shownVariants(plans, size, space_));
    StepOutcome outcome;
    reportDrawn(batch, plans, space_, context.pictured(), outcome);
    outcome.trained = context.train({.rows = numbersOf(rows), .wantsLosses = true});
    lossSums_ += outcome.trained.losses.to(at::kDouble).view({settings_.policies, -1}).sum(1);
    samples_ += static_cast<std::int64_t>(size);
    return outcome;
  }

  /// The policies of an epoch stay until it ends.
  std::vector<Shown> known(const Batch& batch) const override {
    return shownVariants(drawnPlans(batch), batch.indices.size(), space_);
  }

  void endEpoch(int, StepContext&) override {
    const at::Tensor means = lossSums_ / samples_;  // [M]
    const at::Tensor advantages = ((means - means.mean()) / (means.std() + 1e-5)).to(at::kFloat);
    controller_.learn(choices_, advantages, settings_.entropyWeight);
    lossSums_.zero_();
    samples_.zero_();
  }

  void visit(StateVisitor& visitor) override {
    controller_.visit(visitor);
    visitor.tensor("method.loss_sums", lossSums_);
    visitor.tensor("method.samples", samples_);
  }

 private:
  static constexpr int kLevels = 10;

  /// [M * B]: the batch under the first policy, then under the second ... A sample's plans come one after
  /// another from its own stream.
  std::vector<Plan> drawnPlans(const Batch& batch) const {
    TORCH_CHECK(!choices_.empty(), "an epoch draws its policies first: beginEpoch() comes before step()");
    const auto size = batch.indices.size(), copies = static_cast<std::size_t>(settings_.policies);
    std::vector<Plan> plans(size * copies);
    for (std::size_t b = 0; b < size; ++b) {
      Random random = streamOf(batch, b, Purpose::plan);
      const ImageSize source = batch.sizes.empty() ? ImageSize{} : batch.sizes[b];
      for (std::size_t m = 0; m < copies; ++m) {
        Plan& plan = plans[m * size + b] = space_.sample(random, batch.epoch, source);
        plan.remove("step");
        const int subpolicy = static_cast<int>(random.below(Controller::kSubpolicies));
        for (const Controller::Step& step : choices_[m].steps(subpolicy))
          plan.add(drawnStep(ops_[static_cast<std::size_t>(step.op)], step.level, random));
      }
    }
    return plans;
  }

  const Adversarial settings_;
  const Space& space_;
  const std::uint64_t seed_;
  const std::vector<std::size_t> ops_;
  Controller controller_;
  std::vector<Controller::Policy> choices_;  // [M], of the running epoch
  at::Tensor lossSums_;                      // [M], float64: over the epoch's rows under each policy
  at::Tensor samples_;                       // int64: how many rows each sum has
};

}  // namespace

std::unique_ptr<Method> make(const Adversarial& settings, const MethodContext& context) {
  return std::make_unique<AdversarialMethod>(settings, context);
}

}  // namespace uada
