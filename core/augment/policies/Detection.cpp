#include <algorithm>
#include <cmath>

#include "core/augment/Parts.h"
#include "core/augment/PlanSpace.h"

namespace uada {
namespace {

struct DetectionSettings {
  double expandChance = 0.5;
  double maxExpand = 4;
  std::string overlap = "as_released";

  void visit(SettingsVisitor& v) {
    v.field({.name = "expand_chance",
             .title = "Chance of expansion",
             .help = "How often an image is put on a larger canvas",
             .min = 0,
             .max = 1},
            expandChance);
    v.field({.name = "max_expand",
             .title = "Largest canvas",
             .help = "Its sides are those of the image times a factor, uniform from 1 to this",
             .min = 1,
             .max = 4,
             .unless = {{"expand_chance", 0.0}}},
            maxExpand);
    v.field(
        {.name = "overlap",
         .title = "Least overlap of a crop",
         .help = "Whether a sampled rectangle must overlap every object by the drawn share, as the paper of "
                 "SSD says; as released the code never refuses one for it",
         .choices = {"as_released", "kept"},
         .advanced = true},
        overlap);
  }
};

/// Least overlap with the objects that a crop's mode asks for; below 0: none.
constexpr double kModes[] = {0.1, 0.3, 0.7, 0.9, -1};
constexpr int kTrials = 50;

double between(Random& random, double low, double high) { return low + (high - low) * random.uniform(); }
int thousandths(double value) { return static_cast<int>(std::lround(1000 * value)); }
int hundredths(double value) { return static_cast<int>(std::lround(100 * value)); }

double overlapOf(const ObjectBox& box, const PixelBox& rect) {
  const double wide = std::min<double>(box.right, rect.right) - std::max<double>(box.left, rect.left);
  const double tall = std::min<double>(box.bottom, rect.bottom) - std::max<double>(box.top, rect.top);
  const double both = std::max(0.0, wide) * std::max(0.0, tall);
  const double own = (double{box.right} - box.left) * (double{box.bottom} - box.top);
  return both / (own + 1.0 * rect.width() * rect.height() - both);
}

bool hasCentreIn(const ObjectBox& box, const PixelBox& rect) {
  const double x = (double{box.left} + box.right) / 2, y = (double{box.top} + box.bottom) / 2;
  return x > rect.left && x < rect.right && y > rect.top && y < rect.bottom;
}

/// What the code that SSD was published with does to an image and its objects (docs/methods.md, "Detection").
/// Draws, in this order for ever: whether brightness changes, and by how much; whether contrast comes first;
/// whether contrast, saturation and hue change, each followed by its number; whether channels change places,
/// and their order; whether the image is expanded, the ratio, left and top; of each try of a crop its mode,
/// then width, height, left and top as often as they are refused; flip.
class DetectionSpace : public PlanSpace {
 public:
  DetectionSpace(const DetectionSettings& settings, const PolicyContext& context)
      : PlanSpace(context, {}), settings_(settings) {}

  std::vector<Group> groups() const override {
    return {groupNamed("photometric"), groupNamed("expand"), groupNamed("crop"), groupNamed("flip")};
  }
  bool takesAnySize() const override { return true; }

 private:
  Plan draw(Random& random, int epoch, ImageSize source) const override {
    return drawAround(random, epoch, source, {});
  }

  Plan drawAround(Random& random, int, ImageSize given, BoxesView boxes) const override {
    const ImageSize source = sourceOr(given);
    Plan plan;
    plan.add(wholePart(source));
    plan.add(drawLight(random));
    const Part canvas = drawCanvas(random, source);
    plan.add(canvas);
    const ImageSize picture = sizeOn(canvas, source);
    Boxes placed;
    for (ObjectBox box : boxes) {
      if (box.difficult) continue;
      const auto dx = static_cast<float>(canvas.at[1]), dy = static_cast<float>(canvas.at[2]);
      box.left += dx, box.right += dx, box.top += dy, box.bottom += dy;
      placed.push_back(box);
    }
    plan.add(drawCrop(random, picture, placed));
    plan.add(flipPart(random.coin()));
    plan.add(resizePart());
    return plan;
  }

  static Part drawLight(Random& random) {
    Photometric change;
    if (random.coin()) change.brightness = hundredths(between(random, -32, 32));
    change.contrastLast = !random.coin();
    if (random.coin()) change.contrast = thousandths(between(random, 0.5, 1.5));
    if (random.coin()) change.saturation = thousandths(between(random, 0.5, 1.5));
    if (random.coin()) change.hue = hundredths(between(random, -18, 18));
    if (random.coin()) change.permutation = static_cast<int>(random.below(6));
    return photometricPart(change);
  }

  Part drawCanvas(Random& random, ImageSize image) const {
    const bool fired = random.uniform() < settings_.expandChance;
    const int ratio = thousandths(between(random, 1, settings_.maxExpand));
    const Part canvas = expandPart(fired ? ratio : 1000, 0, 0, fired, image);
    const ImageSize whole = sizeOn(canvas, image);
    const int left = static_cast<int>(between(random, 0, whole.width - image.width));
    const int top = static_cast<int>(between(random, 0, whole.height - image.height));
    return fired ? expandPart(ratio, left, top, true, image) : canvas;
  }
  ImageSize sizeOn(const Part& canvas, ImageSize image) const {
    return kindOf(canvas).made(canvas, Frame{input(), {}, image});
  }

  Part drawCrop(Random& random, ImageSize picture, BoxesView boxes) const {
    const PixelBox whole{0, 0, picture.width, picture.height};
    for (;;) {
      const std::uint32_t mode = random.below(std::size(kModes) + 1);
      if (mode == std::size(kModes) || boxes.empty()) return sampleCropPart(whole, false);
      for (int trial = 0; trial < kTrials; ++trial)
        if (const PixelBox box = drawRect(random, picture); isKept(box, boxes, kModes[mode]))
          return sampleCropPart(box, true);
    }
  }
  static PixelBox drawRect(Random& random, ImageSize picture) {
    const double wide = between(random, 0.3 * picture.width, picture.width);
    const double tall = between(random, 0.3 * picture.height, picture.height);
    const double left = between(random, 0, picture.width - wide);
    const double top = between(random, 0, picture.height - tall);
    return {static_cast<int>(left), static_cast<int>(top), static_cast<int>(left + wide),
            static_cast<int>(top + tall)};
  }
  bool isKept(const PixelBox& box, BoxesView boxes, double least) const {
    if (box.width() < 1 || box.height() < 1) return false;
    if (box.height() > 2 * box.width() || box.width() > 2 * box.height()) return false;
    if (settings_.overlap == "kept" &&
        std::ranges::any_of(boxes, [&](const ObjectBox& o) { return overlapOf(o, box) < least; }))
      return false;
    return std::ranges::any_of(boxes, [&](const ObjectBox& o) { return hasCentreIn(o, box); });
  }

  DetectionSettings settings_;
};

}  // namespace

Policy detection() {
  Policy entry = policyEntry<DetectionSettings>(
      "detection", "Light, expand, crop, flip, resize",
      "SSD (Liu et al., ECCV 2016) as ssd.pytorch has it; UADA's groups: docs/methods.md");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<DetectionSpace>(policy.as<DetectionSettings>(), context);
  };
  return entry;
}

}  // namespace uada
