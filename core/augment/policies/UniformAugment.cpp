#include "core/augment/FramedSpace.h"

namespace uada {
namespace {

/// Each op is applied with a probability that is itself uniform, so in half of the cases. Draws of each op:
/// its type, its level, the probability, whether it fires, then what drawnStep() draws.
class UniformAugmentSpace : public FramedSpace {
 public:
  UniformAugmentSpace(const FramedOps& settings, const PolicyContext& context)
      : FramedSpace(settings.frame, context, Grid::uniform, settings.ops),
        count_(settings.ops),
        ops_(opsNamed({"identity", "shear_x", "shear_y", "translate_x", "translate_y", "rotate",
                       "autocontrast", "invert", "equalize", "solarize", "posterize", "contrast", "color",
                       "brightness", "sharpness", cutoutOf(Grid::uniform)})) {}

 private:
  void drawChain(Plan& plan, Random& random, int) const override {
    for (int i = 0; i < count_; ++i) {
      const std::size_t op = drawnOp(ops_, random);
      const int level = drawnLevel(grid(), random);
      const double probability = random.uniform();
      const bool fired = random.uniform() < probability;
      Part step = drawnStep(op, level, random);
      step.fired = fired;
      plan.add(step);
    }
  }

  int count_;
  std::vector<std::size_t> ops_;
};

}  // namespace

Policy uniformAugment() {
  Policy entry = policyEntry<FramedOps>("uniformaugment", "UniformAugment",
                                        "LingChen et al. 2020; space of TrivialAugment's code");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<UniformAugmentSpace>(policy.as<FramedOps>(), context);
  };
  entry.resolve = sayUsualOrder;
  return entry;
}

}  // namespace uada
