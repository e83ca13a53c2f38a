#include "core/augment/FramedSpace.h"

namespace uada {
namespace {

struct TrivialAugmentSettings {
  std::string space = "wide";
  FrameSettings frame;

  void visit(SettingsVisitor& v) {
    v.field(
        {.name = "space",
         .title = "Space",
         .help =
             "The wide ranges, those of RandAugment with translations up to 10, 14.4 (as in its paper) or "
             "70 pixels (ImageNet), or the wide ones as in torchvision",
         .choices = {"wide", "ra", "ra-paper", "ra-imagenet", "tv-wide"}},
        space);
    frame.visit(v);
  }
};

Grid gridOf(const TrivialAugmentSettings& settings) {
  if (settings.space == "ra") return Grid::ta31;
  if (settings.space == "ra-paper") return Grid::ta31Paper;
  if (settings.space == "ra-imagenet") return Grid::ta31Imagenet;
  return settings.space == "wide" ? Grid::taWide31 : Grid::tvWide31;
}

/// One op, uniform, at a uniform level. Draws its type, its level, then what drawnStep() draws.
class TrivialAugmentSpace : public FramedSpace {
 public:
  TrivialAugmentSpace(const TrivialAugmentSettings& settings, const PolicyContext& context)
      : FramedSpace(settings.frame, context, gridOf(settings), 1), ops_(fourteenOps()) {}

 private:
  void drawChain(Plan& plan, Random& random, int) const override {
    const std::size_t op = drawnOp(ops_, random);
    const int level = drawnLevel(grid(), random);
    plan.add(drawnStep(op, level, random));
  }

  std::vector<std::size_t> ops_;
};

}  // namespace

Policy trivialAugment() {
  Policy entry = policyEntry<TrivialAugmentSettings>(
      "trivialaugment", "TrivialAugment", "Mueller & Hutter, ICCV 2021; authors' code, torchvision");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<TrivialAugmentSpace>(policy.as<TrivialAugmentSettings>(), context);
  };
  entry.resolve = sayUsualOrder;
  return entry;
}

}  // namespace uada
