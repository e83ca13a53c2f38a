#include "core/augment/FramedSpace.h"

namespace uada {
namespace {

/// Each op is applied with a probability that is itself uniform, at a uniform share of its range. Draws of
/// each op: its type, its probability, its share, whether it fires, then what drawnStep() draws.
class DivAugSpace : public FramedSpace {
 public:
  DivAugSpace(const FramedOps& settings, const PolicyContext& context)
      : FramedSpace(settings.frame, context, Grid::divaug, settings.ops),
        count_(settings.ops),
        ops_(opsNamed({"shear_x", "shear_y", "translate_x", "translate_y", "rotate", "autocontrast", "invert",
                       "equalize", "solarize", "posterize", "contrast", "color", "brightness", "sharpness",
                       cutoutOf(Grid::divaug), "sample_pairing"})) {}

 private:
  void drawChain(Plan& plan, Random& random, int) const override {
    for (int i = 0; i < count_; ++i) {
      const std::size_t op = drawnOp(ops_, random);
      const double probability = random.uniform();
      const double share = random.uniform();
      const bool fired = random.uniform() < probability;
      Part step = drawnShareStep(op, share, random);
      step.fired = fired;
      plan.add(step);
    }
  }

  int count_;
  std::vector<std::size_t> ops_;
};

}  // namespace

Policy divAugSpace() {
  Policy entry = policyEntry<FramedOps>("divaug-space", "DivAug's space",
                                        "Liu et al., ICCV 2021; authors' code: 2 of AutoAugment's 16 ops");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<DivAugSpace>(policy.as<FramedOps>(), context);
  };
  entry.resolve = sayUsualOrder;
  return entry;
}

}  // namespace uada
