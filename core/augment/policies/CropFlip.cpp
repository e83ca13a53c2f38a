#include "core/augment/Parts.h"
#include "core/augment/PlanSpace.h"

namespace uada {
namespace {

struct CropFlipSettings {
  CropSettings crop;

  void visit(SettingsVisitor& v) { crop.visit(v); }
};

/// Random crop, zero-padded or resized, and a fair flip. Nothing in it is adapted.
/// Draws: the crop, flip.
class CropFlipSpace : public PlanSpace {
 public:
  CropFlipSpace(const CropFlipSettings& settings, const PolicyContext& context)
      : PlanSpace(context, settings.crop) {}

  std::vector<Group> groups() const override { return {}; }

 private:
  Plan draw(Random& random, int, ImageSize source) const override {
    Plan plan;
    drawCrop(plan, random, source);
    const bool flip = random.coin();
    plan.add(flipPart(flip));
    return plan;
  }
};

}  // namespace

Policy cropFlip() {
  Policy entry = policyEntry<CropFlipSettings>(
      "crop-flip", "Crop and flip",
      "zero-padded or resized crop and horizontal flip; Xu & Zhao 2023, baselines of Tables 2 and 4");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<CropFlipSpace>(policy.as<CropFlipSettings>(), context);
  };
  return entry;
}

}  // namespace uada
