#include "core/augment/Parts.h"
#include "core/augment/PlanSpace.h"

namespace uada {
namespace {

struct CutoutPolicySettings {
  int size = 16;
  std::string fill = "mean";
  CropSettings crop;
  bool coordinatewise = false;

  void visit(SettingsVisitor& v) {
    v.field({.name = "size",
             .title = "Size",
             .help = "Side of the erased box, pixels; the authors' code has 16 for CIFAR-10, 8 for CIFAR-100",
             .min = 1,
             .max = 1024},
            size);
    v.field({.name = "fill",
             .title = "Shows",
             .help = "The data set's mean, as the authors' code, or black before normalisation",
             .choices = {"mean", "black"},
             .advanced = true},
            fill);
    crop.visit(v);
    v.field({.name = "coordinatewise",
             .title = "A probe for each coordinate",
             .help = "Of crop 2 and of the box 4 probes instead of one that moves them all",
             .advanced = true,
             .needs = Adapting::probes},
            coordinatewise);
  }
};

/// Draws: the crop, flip; the box's left and top.
class CutoutSpace : public PlanSpace {
 public:
  CutoutSpace(const CutoutPolicySettings& settings, const PolicyContext& context)
      : PlanSpace(context, settings.crop, probing(settings)), settings_(settings) {}

  std::vector<Group> groups() const override { return allGroups(0, true); }

 private:
  static ProbeSettings probing(const CutoutPolicySettings& settings) {
    ProbeSettings probing;
    probing.coordinatewise = settings.coordinatewise;
    return probing;
  }

  Plan draw(Random& random, int, ImageSize source) const override {
    Plan plan;
    plan.boxFill = settings_.fill == "mean" ? BoxFill::mean : BoxFill::black;
    drawCrop(plan, random, source);
    const bool flip = random.coin();
    plan.add(flipPart(flip));
    plan.add(drawBox(random, settings_.size));
    return plan;
  }

  CutoutPolicySettings settings_;
};

}  // namespace

Policy cutoutPolicy() {
  Policy entry = policyEntry<CutoutPolicySettings>("cutout", "Cutout",
                                                   "DeVries & Taylor 2017; authors' code: crop, flip, a box");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<CutoutSpace>(policy.as<CutoutPolicySettings>(), context);
  };
  return entry;
}

}  // namespace uada
