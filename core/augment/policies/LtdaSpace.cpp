#include "core/augment/FramedSpace.h"

namespace uada {
namespace {

struct LtdaSpaceSettings {
  int ops = 2;
  bool mixup = true;
  FrameSettings frame;

  LtdaSpaceSettings() { frame.crop.crop = "reflected"; }
  void visit(SettingsVisitor& v) {
    v.field({.name = "ops",
             .title = "Ops",
             .help = "Operations for each image, drawn with replacement",
             .min = 1,
             .max = kMaxSteps - 1},
            ops);
    v.field({.name = "mixup",
             .title = "Mixup last",
             .help = "One Mixup more behind them, which is applied with a random probability as they are"},
            mixup);
    frame.visit(v);
  }
};

/// Each op is applied with a probability that is itself uniform, at a uniform share of its range. Draws of
/// each op: its type (not of the last Mixup), its probability, its share, whether it fires, then what
/// drawnStep() draws.
class LtdaSpace : public FramedSpace {
 public:
  LtdaSpace(const LtdaSpaceSettings& settings, const PolicyContext& context)
      : FramedSpace(settings.frame, context, Grid::ltda, settings.ops + (settings.mixup ? 1 : 0)),
        count_(settings.ops),
        mixup_(settings.mixup),
        ops_(opsNamed({"autocontrast", "brightness", "color", "contrast", cutoutOf(Grid::ltda), "equalize",
                       "invert", "mixup", "posterize", "rotate", "sharpness", "shear_x", "shear_y",
                       "solarize", "translate_x", "translate_y"})) {}
  bool mixesLabels() const override { return true; }

 private:
  void drawChain(Plan& plan, Random& random, int) const override {
    for (int i = 0; i < count_; ++i) {
      const std::size_t op = drawnOp(ops_, random);
      addOp(plan, op, random);
    }
    if (mixup_) addOp(plan, opIndex("mixup"), random);
  }
  static void addOp(Plan& plan, std::size_t op, Random& random) {
    const double probability = random.uniform();
    const double share = random.below(kShares + 1) / double{kShares};
    const bool fired = random.uniform() < probability;
    Part step = drawnShareStep(op, share, random);
    step.fired = fired;
    plan.add(step);
  }
  static constexpr std::uint32_t kShares = 1000;

  int count_;
  bool mixup_;
  std::vector<std::size_t> ops_;
};

}  // namespace

Policy ltdaSpace() {
  Policy entry = policyEntry<LtdaSpaceSettings>("ltda-space", "LTDA's space",
                                                "Wu et al., ICML 2020; authors' code: 2 of 16 ops, Mixup");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<LtdaSpace>(policy.as<LtdaSpaceSettings>(), context);
  };
  entry.resolve = sayUsualOrder;
  return entry;
}

}  // namespace uada
