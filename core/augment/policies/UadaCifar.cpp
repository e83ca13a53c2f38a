#include "core/augment/Parts.h"
#include "core/augment/PlanSpace.h"

namespace uada {
namespace {

struct UadaCifarSettings {
  int ops = 2;
  CutoutSettings cutout{.fill = "black"};
  std::string order = "crop_first";
  CropSettings crop;
  ProbeSettings probing;

  void visit(SettingsVisitor& v) {
    v.field({.name = "ops",
             .title = "Ops",
             .help = "Operations in the chain, drawn with replacement; 0: none",
             .min = 0,
             .max = kMaxSteps},
            ops);
    cutout.visit(v, "Black before normalisation, as the authors' code, or the data set's mean",
                 {"black", "mean"});
    v.field({.name = "order",
             .title = "Order",
             .help = "Ops after crop and flip, as the authors' code, or before, as the AutoAugment family",
             .choices = {"crop_first", "chain_first"},
             .advanced = true,
             .unless = {{"ops", 0}, {"crop", "resized"}}},
            order);
    crop.visit(v);
    probing.visit(v);
  }
};

/// The distribution of plans of the UADA authors' code for CIFAR.
/// With a resized crop and without a box it is what their paper does for ImageNet.
/// Draws, in this order for ever: the crop, flip; of each op its type, level and sign; the box's left and
/// top.
class UadaCifarSpace : public PlanSpace {
 public:
  UadaCifarSpace(const UadaCifarSettings& settings, const PolicyContext& context)
      : PlanSpace(context, settings.crop, settings.probing),
        settings_(settings),
        order_(settings.crop.orderOf(settings.order)) {}

  std::vector<Group> groups() const override { return allGroups(settings_.ops, settings_.cutout.on); }

 private:
  Plan draw(Random& random, int, ImageSize source) const override {
    Plan plan;
    plan.setOrder(order_);
    plan.boxFill = settings_.cutout.boxFill();
    drawCrop(plan, random, source);
    const bool flip = random.coin();
    plan.add(flipPart(flip));
    for (int i = 0; i < settings_.ops; ++i) plan.add(drawStep(random));
    if (settings_.cutout.on) plan.add(drawBox(random, settings_.cutout.size));
    return plan;
  }

  Part drawStep(Random& random) const {
    const std::size_t op = drawnOp(ops_, random);
    const int level = drawnLevel(Grid::uc10, random);
    const int sign = random.sign();
    return stepPart(op, level, sign);
  }

  UadaCifarSettings settings_;
  RenderOrder order_;
  std::vector<std::size_t> ops_ = fourteenOps();  // in the order of the authors' code
};

}  // namespace

Policy uadaCifar() {
  Policy entry = policyEntry<UadaCifarSettings>(
      "uada-cifar", "UADA for CIFAR",
      "Xu & Zhao, IJCAI 2023; authors' code: crop, flip, 2 of 14 ops, Cutout 16");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<UadaCifarSpace>(policy.as<UadaCifarSettings>(), context);
  };
  return entry;
}

}  // namespace uada
