#include "core/augment/FramedSpace.h"

namespace uada {
namespace {

struct EntAugmentSettings {
  FrameSettings frame;
  void visit(SettingsVisitor& v) { frame.visit(v); }
};

/// One op, uniform, at a uniform level: EntAugment and AdaAugment put a level of their own in its place.
/// Draws its type, its level, then what drawnStep() draws.
class EntAugmentSpace : public FramedSpace {
 public:
  EntAugmentSpace(const EntAugmentSettings& settings, const PolicyContext& context)
      : FramedSpace(settings.frame, context, Grid::ta31, 1) {}

 private:
  void drawChain(Plan& plan, Random& random, int) const override {
    const std::size_t op = drawnOp(ops_, random);
    const int level = drawnLevel(grid(), random);
    plan.add(drawnStep(op, level, random));
  }

  std::vector<std::size_t> ops_ = fourteenOps();
};

}  // namespace

Policy entAugmentSpace() {
  Policy entry = policyEntry<EntAugmentSettings>(
      "entaugment-space", "EntAugment's space",
      "Yang et al., ECCV 2024; authors' code: 1 of TrivialAugment's 14 ops at any of 31 levels");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<EntAugmentSpace>(policy.as<EntAugmentSettings>(), context);
  };
  entry.resolve = sayUsualOrder;
  return entry;
}

}  // namespace uada
