#include <cmath>

#include "core/augment/Parts.h"
#include "core/augment/PlanSpace.h"
#include "core/ops/CvMoves.h"

namespace uada {
namespace {

struct SegmentationSettings {
  double minScale = 0.5, maxScale = 2;
  double maxAngle = 10;
  double rotateChance = 0.5, blurChance = 0.5;

  void visit(SettingsVisitor& v) {
    v.field({.name = "min_scale",
             .title = "Smallest scale",
             .help = "The image is scaled by a factor, uniform from here to the largest",
             .min = 0.1,
             .max = 4},
            minScale);
    v.field(
        {.name = "max_scale", .title = "Largest scale", .help = "The largest factor", .min = 0.1, .max = 4},
        maxScale);
    v.field({.name = "max_angle",
             .title = "Largest angle",
             .help = "Degrees, to either side; the rotation is uniform between",
             .min = 1,
             .max = 180,
             .unless = {{"rotate_chance", 0.0}}},
            maxAngle);
    v.field({.name = "rotate_chance",
             .title = "Chance of rotation",
             .help = "Share of the images that are rotated, 0 to 1",
             .min = 0,
             .max = 1},
            rotateChance);
    v.field({.name = "blur_chance",
             .title = "Chance of blur",
             .help = "Share of the images that are blurred, 0 to 1",
             .min = 0,
             .max = 1},
            blurChance);
  }
};

/// What the released training code of semantic segmentation does to an image and its label map
/// (docs/methods.md, "Semantic segmentation").
/// Draws, in this order for ever: the scale; the angle, and whether the image is rotated; whether it is
/// blurred; flip; the window's row, then its column.
class SegmentationSpace : public PlanSpace {
 public:
  SegmentationSpace(const SegmentationSettings& settings, const PolicyContext& context)
      : PlanSpace(context, {}), settings_(settings) {
    scales_ = {static_cast<int>(std::lround(1000 * settings.minScale)),
               static_cast<int>(std::lround(1000 * settings.maxScale))};
    const int angle = static_cast<int>(std::lround(100 * settings.maxAngle));
    angles_ = {-angle, angle};
  }

  std::vector<Group> groups() const override {
    return {groupNamed("scale"), groupNamed("rotate"), groupNamed("blur"), groupNamed("flip"),
            groupNamed("crop")};
  }
  bool takesAnySize() const override { return true; }

 private:
  Plan draw(Random& random, int, ImageSize given) const override {
    const ImageSize source = sourceOr(given);
    Plan plan;
    const int scale = drawnFrom(random, scales_);
    plan.add(scalePart(scale, scales_, source));
    const int angle = drawnFrom(random, angles_);
    plan.add(rotationPart(angle, angles_, random.uniform() < settings_.rotateChance));
    plan.add(blurPart(random.uniform() < settings_.blurChance));
    plan.add(flipPart(random.coin()));
    plan.add(drawWindow(random, scaleMap(source, scale / 1000.0).out));
    return plan;
  }

  SegmentationSettings settings_;
  Range scales_, angles_;
};

}  // namespace

Policy segmentation() {
  Policy entry = policyEntry<SegmentationSettings>(
      "segmentation", "Scale, rotate, blur, flip, crop",
      "SemSeg (Zhao et al., CVPR 2017), the released training pipeline; UADA's groups: docs/methods.md");
  entry.usualFor = TargetKind::labelMap;
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<SegmentationSpace>(policy.as<SegmentationSettings>(), context);
  };
  return entry;
}

}  // namespace uada
