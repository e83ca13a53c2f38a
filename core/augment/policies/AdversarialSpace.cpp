#include "core/augment/FramedSpace.h"

namespace uada {
namespace {

/// What Adversarial AutoAugment's policies are made of, drawn uniformly: that method puts learned ops and
/// levels in the place of these.
/// Draws of each op: its type, its level, then what drawnStep() draws.
class AdversarialSpace : public FramedSpace {
 public:
  AdversarialSpace(const FramedOps& settings, const PolicyContext& context)
      : FramedSpace(framed(settings.frame), context, Grid::aa10, settings.ops), count_(settings.ops) {}

 private:
  /// Here ops usually come behind either crop.
  static FrameSettings framed(FrameSettings frame) {
    if (frame.order == "usual") frame.order = "crop_first";
    return frame;
  }
  void drawChain(Plan& plan, Random& random, int) const override {
    for (int i = 0; i < count_; ++i) {
      const std::size_t op = drawnOp(ops_, random);
      const int level = drawnLevel(Grid::aa10, random);
      plan.add(drawnStep(op, level, random));
    }
  }

  int count_;
  std::vector<std::size_t> ops_ = fifteenOps();
};

}  // namespace

Policy adversarialSpace() {
  Policy entry = policyEntry<FramedOps>(
      "adversarial-space", "Adversarial AutoAugment's space",
      "Zhang et al., ICLR 2020: crop, flip, 2 of AutoAugment's 15 ops at any of 10 levels, Cutout 16");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<AdversarialSpace>(policy.as<FramedOps>(), context);
  };
  entry.resolve = [](Choice& choice, const Json&, const std::string&) {
    if (choice.settings().at("order") == Json("crop_first")) choice.set("order", "usual");
  };
  return entry;
}

}  // namespace uada
