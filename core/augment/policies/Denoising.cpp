#include <cmath>

#include "core/augment/Parts.h"
#include "core/augment/PlanSpace.h"
#include "core/ops/Degrade.h"

namespace uada {
namespace {

struct DenoisingSettings {
  double maxNoise = 50;
  double maxBlur = 1;
  int maxStep = 16;

  void visit(SettingsVisitor& v) {
    v.field(
        {.name = "max_noise",
         .title = "Strongest noise",
         .help = "Its deviation, in levels of 255; each picture has one that is uniform from 0 on; 0: none",
         .min = 0,
         .max = kMostNoise / kNoisePerOne},
        maxNoise);
    v.field({.name = "max_blur",
             .title = "Widest blur",
             .help = "The Gaussian's deviation in pixels; each picture has one that is uniform from 0 on; 0: "
                     "none",
             .min = 0,
             .max = kMostBlur / kBlurPerOne},
            maxBlur);
    v.field(
        {.name = "max_step",
         .title = "Coarsest step",
         .help = "Levels of 255 that become one; each picture has a step that is uniform from 1 on; 1: none",
         .min = 1,
         .max = kMostStep},
        maxStep);
  }
};

int inUnits(double value, int perOne) { return static_cast<int>(std::lround(value * perOne)); }

/// A part of the picture, mirrored or not, that is blurred, becomes noisy, and loses levels.
/// Draws, in this order for ever, whatever is left out: flip; the window's row, then its column; the blur;
/// the noise, then its key; the step.
class DenoisingSpace : public PlanSpace {
 public:
  DenoisingSpace(const DenoisingSettings& settings, const PolicyContext& context)
      : PlanSpace(context, {}),
        blurs_{0, inUnits(settings.maxBlur, kBlurPerOne)},
        noises_{0, inUnits(settings.maxNoise, kNoisePerOne)},
        steps_{1, settings.maxStep} {}

  std::vector<Group> groups() const override {
    std::vector<Group> groups{groupNamed("flip"), groupNamed("crop")};
    if (isDrawn(blurs_)) groups.push_back(groupNamed("gaussian_blur"));
    if (isDrawn(noises_)) groups.push_back(groupNamed("noise"));
    if (isDrawn(steps_)) groups.push_back(groupNamed("quantise"));
    return groups;
  }
  bool takesAnySize() const override { return true; }

 private:
  static bool isDrawn(Range range) { return range.low < range.high; }

  Plan draw(Random& random, int, ImageSize given) const override {
    const ImageSize source = sourceOr(given);
    Plan plan;
    plan.add(wholePart(source));
    plan.add(flipPart(random.coin()));
    plan.add(drawWindow(random, source));
    const int blur = drawnFrom(random, blurs_), noise = drawnFrom(random, noises_);
    const std::uint32_t key = random.next();
    const int step = drawnFrom(random, steps_);
    if (isDrawn(blurs_)) plan.add(gaussianBlurPart(blur, blurs_));
    if (isDrawn(noises_)) plan.add(noisePart(noise, noises_, key));
    if (isDrawn(steps_)) plan.add(quantisePart(step, steps_));
    return plan;
  }

  const Range blurs_, noises_, steps_;
};

}  // namespace

Policy denoising() {
  Policy entry = policyEntry<DenoisingSettings>(
      "denoising", "Flip, crop, blur, noise, quantise",
      "noise of any level as in Zhang et al., IEEE TIP 2017; UADA's groups: docs/methods.md");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<DenoisingSpace>(policy.as<DenoisingSettings>(), context);
  };
  return entry;
}

}  // namespace uada
