#include "core/engine/methods/OnlineAugment.h"

#include "core/engine/methods/Method.h"
#include "core/engine/methods/WarpNet.h"

namespace uada {
namespace {

/// Each step, on a batch x as the policy draws it:
///   inner times  maps A from new noise; z = (A x, A^-1 x) is trained on with the second set of batch
///                normalisations. The same backward pass gives the maps' network the gradient of
///                  - adversarial * loss(z) + cycle * (|x - A^-1 A x|^2 + |x - A A^-1 x|^2)
///                  - diversity * mean(|A x - A' x|^2 / (|noise - noise'|^2 + 0.1)),
///                squares as means over an image, and it takes one step, too;
///   then         x itself is trained on with the first set.
class OnlineAugmentMethod : public Method {
 public:
  OnlineAugmentMethod(const OnlineAugment& settings, const MethodContext& context)
      : settings_(settings),
        space_(context.space),
        warp_(settings.noise, settings.hidden, settings.learningRate, context.seed, context.device) {}

  StepOutcome step(const Batch& batch, StepContext& context) override {
    const std::vector<Plan> plans = samplePlans(batch, space_);
    const Rows rows = context.render(shownVariants(plans, plans.size(), space_));
    StepOutcome outcome;
    reportDrawn(batch, plans, space_, context.pictured(), outcome);
    std::vector<Random> streams;
    for (std::size_t b = 0; b < plans.size(); ++b) streams.push_back(streamOf(batch, b, Purpose::warp));
    for (int i = 0; i < settings_.inner; ++i) trainOnWarped(rows, streams, context);
    outcome.trained = context.train({.rows = numbersOf(rows)});
    return outcome;
  }

  std::vector<Shown> known(const Batch& batch) const override {
    return shownVariants(samplePlans(batch, space_), batch.indices.size(), space_);
  }

  bool learnsWithinStep() const override { return true; }
  void visit(StateVisitor& visitor) override { warp_.visit(visitor); }

 private:
  static at::Tensor meanSquare(const at::Tensor& difference) {  // [B, ...] -> [B]
    return difference.square().flatten(1).mean(1);
  }

  void trainOnWarped(Rows rows, std::vector<Random>& streams, StepContext& context) {
    const at::Tensor x = context.images(rows);
    const WarpNet::Drawn drawn = warp_.draw(streams), other = warp_.draw(streams);
    const at::Tensor map = warp_.maps(drawn), inverse = inverseOf(map);
    const at::Tensor there = warped(x, map), back = warped(x, inverse);
    at::Tensor term = settings_.cycle * cycleLoss(x, map);
    if (settings_.diversity > 0) {
      const at::Tensor images = meanSquare(there - warped(x, warp_.maps(other)));
      const at::Tensor noises = meanSquare(drawn.noise - other.noise);
      term = term - settings_.diversity * (images / (noises + 0.1)).mean();
    }
    TrainedOn on{.rows = numbersOf(rows).repeat({2}), .norms = 1};
    on.images = withGradientTimes(at::cat({there, back}).contiguous(at::MemoryFormat::ChannelsLast),
                                  -settings_.adversarial);
    on.term = [&](const Output&) { return term; };
    on.seen = [&](const Output&) { return warp_.gradientsAreFinite(); };
    // One answer for each part that the rows are trained on in.
    if (context.train(on).seen.min().item<double>() == 0)
      context.refuse("a gradient of the network that makes the maps (see warp_learning_rate)");
    warp_.step();
  }

  const OnlineAugment settings_;
  const Space& space_;
  WarpNet warp_;
};

}  // namespace

std::unique_ptr<Method> make(const OnlineAugment& settings, const MethodContext& context) {
  return std::make_unique<OnlineAugmentMethod>(settings, context);
}

}  // namespace uada
