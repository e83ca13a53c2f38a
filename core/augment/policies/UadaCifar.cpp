#include "core/augment/Parts.h"
#include "core/augment/PlanSpace.h"
#include "core/base/Error.h"

namespace uada {
namespace {

/// The op types of the authors' code, in its order (the list of the RandAugment paper).
constexpr const char* kOps[] = {"shear_x",    "shear_y",      "translate_x", "translate_y", "rotate",
                                "color",      "posterize",    "solarize",    "contrast",    "sharpness",
                                "brightness", "autocontrast", "equalize",    "identity"};

struct UadaCifarSettings {
  int ops = 2;
  bool cutout = true;
  int cutoutSize = 16;
  std::string cutoutFill = "black";
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
    v.field({.name = "cutout", .title = "Cutout", .help = "Erase one box of every image"}, cutout);
    v.field({.name = "cutout_size",
             .title = "Cutout size",
             .help = "Side of the erased box, pixels",
             .min = 1,
             .max = 1024,
             .unless = {{"cutout", false}}},
            cutoutSize);
    v.field({.name = "cutout_fill",
             .title = "Cutout shows",
             .help = "Black before normalisation, as the authors' code, or the data set's mean",
             .choices = {"black", "mean"},
             .advanced = true,
             .unless = {{"cutout", false}}},
            cutoutFill);
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
      : PlanSpace(context, settings.crop, settings.probing), settings_(settings) {
    if (settings.order == "chain_first" && settings.crop.resized())
      throw UsageError(
          "order chain_first with crop resized: a resized crop comes first; leave the order out");
    for (const char* name : kOps) ops_.push_back(static_cast<std::uint16_t>(opIndex(name)));
  }

  std::vector<Group> groups() const override { return allGroups(settings_.ops, settings_.cutout); }

 private:
  Plan draw(Random& random, int, ImageSize source) const override {
    Plan plan;
    if (settings_.order == "chain_first") plan.setOrder(RenderOrder::chainFirst);
    if (settings_.cutoutFill == "mean") plan.boxFill = BoxFill::mean;
    drawCrop(plan, random, source);
    const bool flip = random.coin();
    plan.add(flipPart(flip));
    for (int i = 0; i < settings_.ops; ++i) plan.add(drawStep(random));
    if (settings_.cutout) plan.add(drawBox(random, settings_.cutoutSize));
    return plan;
  }

  Part drawStep(Random& random) const {
    const std::uint16_t op = ops_[random.below(static_cast<std::uint32_t>(ops_.size()))];
    const auto level = static_cast<int>(random.below(levelsOf(Grid::uc10)));
    const int sign = random.sign();
    return stepPart(op, level, sign);
  }

  UadaCifarSettings settings_;
  std::vector<std::uint16_t> ops_;
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
