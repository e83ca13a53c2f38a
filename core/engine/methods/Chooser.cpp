#include "core/engine/methods/Chooser.h"

#include <cmath>
#include <limits>
#include <string_view>

#include "core/base/Catalog.h"
#include "core/engine/methods/PolicyStatistics.h"
#include "methods_headers.h"

namespace uada {

// Each method's source defines its own: makeChooser() below is all that calls them.
#define METHOD(Settings) std::unique_ptr<Chooser> make(const Settings& settings, const Space& space);
#include "core/engine/methods/methods.def"
#undef METHOD

namespace {

struct Maker {
  std::string_view name;
  std::unique_ptr<Chooser> (*make)(const Choice& method, const Space& space);
};

template <class S>
Maker maker() {
  return {S::kName, [](const Choice& method, const Space& space) {
            return make(method.as<MethodSettings<S>>().own, space);
          }};
}

class PlainChooser : public Chooser {
 public:
  explicit PlainChooser(const Space& space) : space_(space) {}
  int variants() const override { return 1; }

  Chosen choose(const Batch& batch, Oracle& oracle, int pictured) const override {
    const std::vector<Plan> plans = samplePlans(batch, space_);
    std::vector<Plan> used;
    for (const Plan& plan : plans) used.push_back(space_.clamped(plan));
    Chosen chosen;
    chosen.variants.assign(plans.size(), oracle.render(used));
    chosen.policy = policyReport(batch, plans, space_, {}, {});
    for (std::size_t b = 0; b < plans.size() && static_cast<int>(b) < pictured; ++b) {
      Decision& decision = chosen.decisions.emplace_back();
      decision.step = batch.step;
      decision.epoch = batch.epoch;
      decision.index = batch.indices[b];
      decision.plan = plans[b];
      decision.unperturbedLoss = std::numeric_limits<double>::quiet_NaN();
      chosen.decided.push_back(plans[b]);
    }
    return chosen;
  }

 private:
  const Space& space_;
};

}  // namespace

std::unique_ptr<Chooser> makeChooser(const Choice& method, const Space& space) {
#define METHOD(Settings) maker<Settings>(),
  static const std::vector<Maker> all{
#include "core/engine/methods/methods.def"
  };
#undef METHOD
  return findEntry(all, method.name, "method").make(method, space);
}

std::unique_ptr<Chooser> makePlainChooser(const Space& space) {
  return std::make_unique<PlainChooser>(space);
}

std::vector<Plan> samplePlans(const Batch& batch, const Space& space) {
  std::vector<Plan> plans;
  plans.reserve(batch.indices.size());
  for (std::size_t b = 0; b < batch.indices.size(); ++b) {
    Random random(batch.seed, static_cast<std::uint32_t>(batch.epoch), batch.indices[b], Purpose::plan);
    plans.push_back(space.sample(random, batch.epoch, batch.sizes.empty() ? ImageSize{} : batch.sizes[b]));
  }
  return plans;
}

}  // namespace uada
