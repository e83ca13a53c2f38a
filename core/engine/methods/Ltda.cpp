#include "core/engine/methods/Ltda.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/engine/methods/Method.h"
#include "core/engine/methods/Selection.h"

namespace uada {
namespace {

/// Each step, of each image:
///   C candidates are drawn, and their losses taken in evaluation mode, without gradient;
///   S of them are chosen, with a chance in proportion to the loss, or those with the largest;
///   the network takes one step on the mean loss of these S * B rows.
class LtdaMethod : public Method {
 public:
  LtdaMethod(const Ltda& settings, const MethodContext& context)
      : settings_(settings), space_(context.space) {}

  StepOutcome step(const Batch& batch, StepContext& context) override {
    const std::size_t size = batch.indices.size();
    const std::vector<Plan> plans = samplePlans(batch, space_, settings_.candidates);
    const Rows rows = context.render(shownVariants(plans, size, space_));
    std::vector<at::Tensor> losses;
    for (int c = 0; c < settings_.candidates; ++c)
      losses.push_back(context.losses(rows.variant(c, static_cast<int>(size)),
                                      {.phase = Phase::candidate, .norm = NormMode::eval}));
    const at::Tensor all = at::stack(losses);  // [C, B]
    const at::Tensor chosen = settings_.select == "argmax"
                                  ? largest(all, settings_.copies)
                                  : drawnInProportion(all, selectionNumbers(batch, settings_.copies));
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
  const Ltda settings_;
  const Space& space_;
};

}  // namespace

std::unique_ptr<Method> make(const Ltda& settings, const MethodContext& context) {
  if (settings.select == "argmax" && settings.copies > settings.candidates)
    throw UsageError(
        fmt::format("method ltda: copies is {}, but there are only {} candidates to take the "
                    "largest of; give at most as many copies",
                    settings.copies, settings.candidates));
  return std::make_unique<LtdaMethod>(settings, context);
}

}  // namespace uada
