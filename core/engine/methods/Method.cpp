#include "core/engine/methods/Method.h"

#include <limits>
#include <string_view>

#include "core/base/Catalog.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/methods/PolicyStatistics.h"
#include "methods_headers.h"

namespace uada {

// Each method's source defines its own: makeMethod() below is all that calls them.
#define METHOD(Settings) std::unique_ptr<Method> make(const Settings& settings, const MethodContext& context);
#include "core/engine/methods/methods.def"
#undef METHOD

namespace {

struct Maker {
  std::string_view name;
  std::unique_ptr<Method> (*make)(const Choice& method, const MethodContext& context);
};

template <class S>
Maker maker() {
  return {S::kName, [](const Choice& method, const MethodContext& context) {
            return make(method.as<MethodSettings<S>>().own, context);
          }};
}

}  // namespace

std::unique_ptr<Method> makeMethod(const Choice& method, const MethodContext& context) {
#define METHOD(Settings) maker<Settings>(),
  static const std::vector<Maker> all{
#include "core/engine/methods/methods.def"
  };
#undef METHOD
  return findEntry(all, method.name, "method").make(method, context);
}

Random streamOf(const Batch& batch, std::size_t place, Purpose purpose) {
  return {batch.seed, static_cast<std::uint32_t>(batch.epoch), batch.indices[place], purpose};
}

std::vector<Plan> samplePlans(const Batch& batch, const Space& space, int copies) {
  const std::size_t size = batch.indices.size();
  std::vector<Plan> plans(size * static_cast<std::size_t>(copies));
  for (std::size_t b = 0; b < size; ++b) {
    Random random = streamOf(batch, b, Purpose::plan);
    const ImageSize source = batch.sizes.empty() ? ImageSize{} : batch.sizes[b];
    const BoxesView boxes = batch.boxes.empty() ? BoxesView{} : batch.boxes[b];
    for (std::size_t at = b; at < plans.size(); at += size)
      plans[at] = space.sample(random, batch.epoch, source, boxes);
  }
  return plans;
}

void addVariant(std::vector<Shown>& shown, std::span<const Plan> plans, const Space& space) {
  for (std::size_t b = 0; b < plans.size(); ++b)
    shown.push_back({static_cast<int>(b), space.clamped(plans[b])});
}

std::vector<Shown> shownVariants(std::span<const Plan> plans, std::size_t size, const Space& space) {
  std::vector<Shown> shown;
  for (std::size_t at = 0; at < plans.size(); at += size) addVariant(shown, plans.subspan(at, size), space);
  return shown;
}

at::Tensor numbersOf(Rows rows) {
  return at::arange(rows.first, rows.first + rows.count, at::TensorOptions(at::kLong));
}

Decision drawnDecision(const Batch& batch, std::size_t place, const Plan& plan) {
  Decision decision;
  decision.step = batch.step;
  decision.epoch = batch.epoch;
  decision.index = batch.indices[place];
  decision.plan = plan;
  decision.unperturbedLoss = std::numeric_limits<double>::quiet_NaN();
  return decision;
}

void reportDrawn(const Batch& batch, std::span<const Plan> plans, const Space& space, int pictured,
                 StepOutcome& outcome) {
  const std::size_t size = batch.indices.size();
  outcome.policy = policyReport(batch, plans, space, {}, {});
  for (std::size_t b = 0; b < size && static_cast<int>(b) < pictured; ++b) {
    const Plan& plan = plans[b % (plans.size() / size) * size + b];
    outcome.decisions.push_back(drawnDecision(batch, b, plan));
    outcome.decided.push_back(plan);
  }
}

}  // namespace uada
