#include <algorithm>
#include <cmath>

#include "core/augment/Parts.h"
#include "core/augment/PlanSpace.h"

namespace uada {
namespace {

struct DetectionSettings {
  std::string variant = "ssd";
  double expandChance = 0.5;
  double maxExpand = 4;
  std::string overlap = "as_released";
  std::string interpolation = "drawn";

  void visit(SettingsVisitor& v) {
    v.field(
        {.name = "variant",
         .title = "Pipeline",
         .help = "Whose: that of SSD, which UADA's paper took for both networks; or RFBNet's own, which cuts "
                 "first, keeps crops that overlap every object enough, and works in 8 bits (there the chance "
                 "of expansion is 0.6)",
         .choices = {"ssd", "rfb"},
         .later = true},
        variant);
    v.field({.name = "expand_chance",
             .title = "Chance of expansion",
             .help = "Share of the images that are put on a larger canvas, 0 to 1",
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
         .advanced = true,
         .unless = {{"variant", "rfb"}}},
        overlap);
    v.field(
        {.name = "interpolation",
         .title = "Resizing",
         .help = "Of RFBNet's pipeline: one of OpenCV's five filters, drawn for each image, as in its code; "
                 "or always bilinear",
         .choices = {"drawn", "bilinear"},
         .advanced = true,
         .later = true,
         .unless = {{"variant", "ssd"}}},
        interpolation);
  }
};

/// Least overlap with the objects that a crop's mode asks for; below 0: none.
constexpr double kModes[] = {0.1, 0.3, 0.7, 0.9, -1};
constexpr double kRfbModes[] = {0.1, 0.3, 0.5, 0.7, 0.9, -1};
constexpr int kTrials = 50;
/// RFBNet's code drops objects that are no longer than this share of the picture.
constexpr double kLeastShare = 0.01;

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

/// Width and height of what a scale and a ratio of the two make of a side of 1 each.
struct Stretch {
  double wide = 0, tall = 0;
};

/// least, most  of the scale. The square of the ratio is uniform between a half and two, and within the
/// square of the scale and one over it.
Stretch drawStretch(Random& random, double least, double most) {
  const double scale = between(random, least, most), square = scale * scale;
  const double low = std::max(0.5, std::min(square, 1 / square)),
               high = std::min(2.0, std::max(square, 1 / square));
  const double ratio = std::sqrt(between(random, low, high));
  return {scale * ratio, scale / ratio};
}

/// Of the boxes with their centre in the rectangle what lies in it, from its corner on.
Boxes cutBoxes(BoxesView boxes, const PixelBox& rect) {
  Boxes kept;
  for (ObjectBox box : boxes) {
    if (!hasCentreIn(box, rect)) continue;
    const auto across = [&](float x) {
      return std::clamp(x, float(rect.left), float(rect.right)) - float(rect.left);
    };
    const auto down = [&](float y) {
      return std::clamp(y, float(rect.top), float(rect.bottom)) - float(rect.top);
    };
    box.left = across(box.left), box.right = across(box.right);
    box.top = down(box.top), box.bottom = down(box.bottom);
    kept.push_back(box);
  }
  return kept;
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
    return settings_.variant == "rfb" ? drawAsRfb(random, source, boxes) : drawAsSsd(random, source, boxes);
  }

  Plan drawAsSsd(Random& random, ImageSize source, BoxesView boxes) const {
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

  /// What RFBNet's code does. Draws, in this order for ever: of each try of a crop its mode, then scale,
  /// ratio, left and top as often as they are refused; whether brightness, contrast, hue and saturation
  /// change, each followed by its number; whether the image is expanded, and then scale and ratio of each
  /// try, left and top; flip; the filter. An image without objects, or of which none would be left, is only
  /// resized.
  Plan drawAsRfb(Random& random, ImageSize source, BoxesView boxes) const {
    const PixelBox whole{0, 0, source.width, source.height};
    const PixelBox box = boxes.empty() ? whole : drawRfbRect(random, source, boxes);
    const ImageSize cut{box.width(), box.height()};
    const Photometric light = drawEightBitLight(random);
    const Part canvas = drawRfbCanvas(random, cut);
    const bool isFlipped = random.coin();
    const auto filter =
        settings_.interpolation == "drawn" ? static_cast<CvResize>(random.below(5)) : CvResize::bilinear;
    Plan plan;
    plan.add(wholePart(source));
    if (isAnyLeft(cutBoxes(boxes, box), sizeOn(canvas, cut))) {
      plan.add(firstCropPart(box, box != whole));
      plan.add(photometricPart(light));
      plan.add(canvas);
      plan.add(flipPart(isFlipped));
    } else {
      plan.add(firstCropPart(whole, false));
      plan.add(photometricPart({}));
      plan.add(expandPart(1000, 0, 0, false, source));
      plan.add(flipPart(false));
    }
    plan.add(resizePart(filter));
    return plan;
  }

  static bool isAnyLeft(const Boxes& boxes, ImageSize picture) {
    return std::ranges::any_of(boxes, [&](const ObjectBox& box) {
      return std::min((box.right - box.left) / picture.width, (box.bottom - box.top) / picture.height) >
             kLeastShare;
    });
  }

  static PixelBox drawRfbRect(Random& random, ImageSize image, BoxesView boxes) {
    for (;;) {
      const std::uint32_t mode = random.below(std::size(kRfbModes) + 1);
      if (mode == std::size(kRfbModes)) return {0, 0, image.width, image.height};
      for (int trial = 0; trial < kTrials; ++trial) {
        const Stretch stretch = drawStretch(random, 0.3, 1);
        const int wide = static_cast<int>(stretch.wide * image.width),
                  tall = static_cast<int>(stretch.tall * image.height);
        if (wide < 1 || tall < 1 || wide >= image.width || tall >= image.height) continue;
        const int left = static_cast<int>(random.below(static_cast<std::uint32_t>(image.width - wide)));
        const int top = static_cast<int>(random.below(static_cast<std::uint32_t>(image.height - tall)));
        const PixelBox rect{left, top, left + wide, top + tall};
        const auto overlaps = [&](const ObjectBox& o) { return overlapOf(o, rect) >= kRfbModes[mode]; };
        const auto isInside = [&](const ObjectBox& o) { return hasCentreIn(o, rect); };
        if (std::ranges::all_of(boxes, overlaps) && std::ranges::any_of(boxes, isInside)) return rect;
      }
    }
  }

  static Photometric drawEightBitLight(Random& random) {
    constexpr int kMostHue = 18, kHueStep = 200;
    Photometric change{.eightBit = true};
    if (random.coin()) change.brightness = hundredths(between(random, -32, 32));
    if (random.coin()) change.contrast = thousandths(between(random, 0.5, 1.5));
    if (random.coin()) change.hue = kHueStep * (static_cast<int>(random.below(2 * kMostHue + 1)) - kMostHue);
    if (random.coin()) change.saturation = thousandths(between(random, 0.5, 1.5));
    return change;
  }

  Part drawRfbCanvas(Random& random, ImageSize image) const {
    const Part none = expandPart(1000, 0, 0, false, image);
    if (random.uniform() >= settings_.expandChance) return none;
    for (int trial = 0; trial < kTrials; ++trial) {
      const Stretch stretch = drawStretch(random, 1, settings_.maxExpand);
      const int ratio = thousandths(std::sqrt(stretch.wide * stretch.tall)),
                aspect = thousandths(std::sqrt(stretch.wide / stretch.tall));
      if (std::int64_t{ratio} * aspect < 1'000'000 || ratio < aspect) continue;  // smaller than the image
      const Part canvas = expandPart(ratio, 0, 0, true, image, aspect);
      const ImageSize whole = sizeOn(canvas, image);
      const auto most = [](int room) { return static_cast<std::uint32_t>(room + 1); };
      const int left = static_cast<int>(random.below(most(whole.width - image.width)));
      const int top = static_cast<int>(random.below(most(whole.height - image.height)));
      return expandPart(ratio, left, top, true, image, aspect);
    }
    return none;
  }

  DetectionSettings settings_;
};

}  // namespace

Policy detection() {
  Policy entry = policyEntry<DetectionSettings>("detection", "Light, expand, crop, flip, resize",
                                                "SSD (Liu et al., ECCV 2016) as ssd.pytorch has it, or "
                                                "RFBNet's (Liu et al., ECCV 2018); UADA's groups: "
                                                "docs/methods.md");
  entry.usualFor = TargetKind::boxes;
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    return std::make_unique<DetectionSpace>(policy.as<DetectionSettings>(), context);
  };
  return entry;
}

}  // namespace uada
