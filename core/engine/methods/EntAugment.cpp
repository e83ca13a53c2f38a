#include "core/engine/methods/EntAugment.h"

#include "core/engine/methods/Magnitudes.h"
#include "core/engine/methods/Method.h"

namespace uada {
namespace {

/// The magnitude of each image follows from the forward that training does anyway:
///   plan    one op at level min(int(top * M) + 1, top); in the first epochs at a uniform one
///   train   on the mean cross-entropy, with EntLoss plus the mean of H / ln K
///   after   M = 1 - H / ln K, for the next time that the image is drawn
class EntAugmentMethod : public Method {
 public:
  EntAugmentMethod(const EntAugment& settings, const MethodContext& context)
      : settings_(settings), space_(context.space), magnitudes_(trainingSetOf(context).size()) {}

  StepOutcome step(const Batch& batch, StepContext& context) override {
    const std::vector<Plan> plans = drawnPlans(batch);
    const Rows rows = context.render(shownVariants(plans, plans.size(), space_));
    StepOutcome outcome;
    reportDrawn(batch, plans, space_, context.pictured(), outcome);
    TrainedOn on{.rows = numbersOf(rows)};
    on.seen = [](const Output& output) { return relativeEntropy(output.main); };
    if (settings_.entLoss) on.term = [](const Output& output) { return relativeEntropy(output.main).mean(); };
    outcome.trained = context.train(on);
    const auto* entropies = static_cast<const double*>(outcome.trained.seen.const_data_ptr());
    for (const std::uint32_t index : batch.indices) magnitudes_.set(index, 1 - *entropies++);
    return outcome;
  }

  /// The running step changes the magnitudes of its own samples alone.
  std::vector<Shown> known(const Batch& batch) const override {
    return shownVariants(drawnPlans(batch), batch.indices.size(), space_);
  }

  void visit(StateVisitor& visitor) override { magnitudes_.visit(visitor, "method.magnitudes"); }

 private:
  std::vector<Plan> drawnPlans(const Batch& batch) const {
    std::vector<Plan> plans = samplePlans(batch, space_);
    for (std::size_t b = 0; b < plans.size() && batch.epoch > settings_.warmUp; ++b)
      plans[b] = atMagnitude(plans[b], magnitudes_.of(batch.indices[b]));
    return plans;
  }

  const EntAugment settings_;
  const Space& space_;
  Magnitudes magnitudes_;
};

}  // namespace

std::unique_ptr<Method> make(const EntAugment& settings, const MethodContext& context) {
  return std::make_unique<EntAugmentMethod>(settings, context);
}

}  // namespace uada
