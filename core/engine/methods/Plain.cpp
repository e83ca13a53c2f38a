#include "core/engine/methods/Plain.h"

#include "core/engine/methods/Baseline.h"
#include "core/engine/methods/Method.h"
#include "core/engine/methods/RaUc.h"

namespace uada {
namespace {

class PlainMethod : public Method {
 public:
  explicit PlainMethod(const MethodContext& context) : space_(context.space) {}

  StepOutcome step(const Batch& batch, StepContext& context) override {
    const std::vector<Plan> plans = samplePlans(batch, space_);
    StepOutcome outcome;
    const Rows rows = context.render(shownBy(plans));
    reportDrawn(batch, plans, space_, context.pictured(), outcome);
    outcome.trained = context.train({numbersOf(rows)});
    return outcome;
  }

  std::vector<Shown> known(const Batch& batch) const override { return shownBy(samplePlans(batch, space_)); }
  bool decidesAlone() const override { return true; }

 private:
  std::vector<Shown> shownBy(std::span<const Plan> plans) const {
    std::vector<Shown> shown;
    addVariant(shown, plans, space_);
    return shown;
  }

  const Space& space_;
};

}  // namespace

std::unique_ptr<Method> makePlainMethod(const MethodContext& context) {
  return std::make_unique<PlainMethod>(context);
}

// They differ in the policy that they draw from.
std::unique_ptr<Method> make(const Baseline&, const MethodContext& context) {
  return makePlainMethod(context);
}
std::unique_ptr<Method> make(const Plain&, const MethodContext& context) { return makePlainMethod(context); }
std::unique_ptr<Method> make(const RaUc&, const MethodContext& context) { return makePlainMethod(context); }

}  // namespace uada
