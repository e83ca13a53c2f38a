#include "core/engine/methods/DivAug.h"

#include "core/engine/methods/Method.h"
#include "core/engine/methods/Selection.h"

namespace uada {
namespace {

/// Each step, of each image:
///   C candidates are drawn, and their class probabilities taken in evaluation mode, without gradient;
///   S of them are chosen as k-means++ seeds clusters, in the space of these probabilities;
///   the network takes one step on the mean loss of these S * B rows.
class DivAugMethod : public Method {
 public:
  DivAugMethod(const DivAug& settings, const MethodContext& context)
      : settings_(settings), space_(context.space) {}

  StepOutcome step(const Batch& batch, StepContext& context) override {
    const std::size_t size = batch.indices.size();
    const std::vector<Plan> plans = samplePlans(batch, space_, settings_.candidates);
    const Rows rows = context.render(shownVariants(plans, size, space_));
    std::vector<at::Tensor> probabilities;
    for (int c = 0; c < settings_.candidates; ++c) {
      const Output output = context.outputs(rows.variant(c, static_cast<int>(size)),
                                            {.phase = Phase::candidate, .norm = NormMode::eval});
      probabilities.push_back(output.main.softmax(1));
    }
    const at::Tensor chosen =
        spreadOut(at::stack(probabilities), selectionNumbers(batch, settings_.copies));  // [S, B]
    StepOutcome outcome;
    outcome.trained = context.train({.rows = rowsOf(chosen, rows), .numbers = chosen});
    reportDrawn(batch, chosenPlans(plans, outcome.trained.numbers, size), space_, context.pictured(),
                outcome);
    return outcome;
  }

  std::vector<Shown> known(const Batch& batch) const override {
    return shownVariants(samplePlans(batch, space_, settings_.candidates), batch.indices.size(), space_);
  }

 private:
  const DivAug settings_;
  const Space& space_;
};

}  // namespace

std::unique_ptr<Method> make(const DivAug& settings, const MethodContext& context) {
  return std::make_unique<DivAugMethod>(settings, context);
}

}  // namespace uada
