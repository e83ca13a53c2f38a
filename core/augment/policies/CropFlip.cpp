#include "core/augment/PlanSpace.h"

namespace uada {
namespace {

struct CropFlipSettings {
  void visit(SettingsVisitor&) {}
};

/// Zero-padded random crop and a fair flip. Nothing in it is adapted.
/// Draws: crop row, crop column, flip.
class CropFlipSpace : public PlanSpace {
 public:
  explicit CropFlipSpace(const PolicyContext& context) : PlanSpace({context.side, context.pad}) {}

  std::vector<Group> groups() const override { return {}; }

 private:
  Plan draw(Random& random, int) const override {
    Plan plan;
    plan.crop = drawCrop(random);
    plan.flip = random.coin();
    return plan;
  }
};

}  // namespace

Policy cropFlip() {
  return {"crop-flip", "Crop and flip",
          "zero-padded crop and horizontal flip; Xu & Zhao 2023, baseline of Table 2",
          [] { return fieldsOf<CropFlipSettings>(); },
          [](const Json& json, const PolicyContext& context) -> std::unique_ptr<Space> {
            settingsFromJson<CropFlipSettings>(json, "policy crop-flip");
            return std::make_unique<CropFlipSpace>(context);
          }};
}

}  // namespace uada
