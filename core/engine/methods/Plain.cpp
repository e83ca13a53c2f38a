#include "core/engine/methods/Plain.h"

#include <numeric>

#include "core/engine/methods/Baseline.h"
#include "core/engine/methods/Method.h"
#include "core/engine/methods/PolicyStatistics.h"
#include "core/engine/methods/RaUc.h"

namespace uada {
namespace {

class PlainMethod : public Method {
 public:
  explicit PlainMethod(const MethodContext& context) : space_(context.space) {}

  StepOutcome step(const Batch& batch, StepContext& context) override {
    const std::vector<Plan> plans = samplePlans(batch, space_);
    std::vector<Shown> shown;
    addVariant(shown, plans, space_);
    StepOutcome outcome;
    const Rows rows = context.render(shown);
    outcome.policy = policyReport(batch, plans, space_, {}, {});
    for (std::size_t b = 0; b < plans.size() && static_cast<int>(b) < context.pictured(); ++b) {
      outcome.decisions.push_back(drawnDecision(batch, b, plans[b]));
      outcome.decided.push_back(plans[b]);
    }
    std::vector<int> all(static_cast<std::size_t>(rows.count));
    std::iota(all.begin(), all.end(), rows.first);
    outcome.trained = context.train(all);
    return outcome;
  }

 private:
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
