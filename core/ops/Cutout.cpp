#include "core/ops/Cutout.h"

#include <algorithm>
#include <cmath>

#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {
namespace {

/// Sides beyond any image; all sums stay small.
constexpr double kLargest = 1 << 28;

/// The pixel that a share of `size` lies in.
int placeOf(double share, int size) {
  return std::isnan(share) ? 0 : static_cast<int>(std::clamp(share * size, 0.0, size - 1.0));
}

}  // namespace

PixelBox centredBox(int x, int y, int size, int width, int height) {
  const int half = size / 2;
  return {std::clamp(x - half, 0, width), std::clamp(y - half, 0, height), std::clamp(x + half, 0, width),
          std::clamp(y + half, 0, height)};
}

PixelBox inclusiveBox(double x, double y, double size, int width, int height) {
  const int left = static_cast<int>(std::max(0.0, x - size / 2));
  const int top = static_cast<int>(std::max(0.0, y - size / 2));
  return inclusiveRectangle(left, top, left + size, top + size, width, height);
}

PixelBox inclusiveRectangle(double left, double top, double right, double bottom, int width, int height) {
  const auto after = [](double edge, int size) {
    return std::min(static_cast<int>(std::min<double>(edge, size)) + 1, size);
  };
  return {static_cast<int>(left), static_cast<int>(top), after(right, width), after(bottom, height)};
}

void eraseBox(ImageSpan image, const PixelBox& box, std::array<std::uint8_t, 3> colour) {
  eraseBox(image, box.top, box.bottom, box.left, box.right, colour);
}

/// Hides a box of even side about a place, in CIFAR-10's mean colour. The authors' code makes it transparent,
/// so that it becomes exactly 0 after normalisation: ours in plans of Outside::mean. A version of that code
/// mixes up the rows and columns of the box; here it is the one that was drawn.
Op cutout() {
  Op op{.name = "cutout",
        .title = "Cutout",
        .source = "AutoAugment, CVPR 2019, create_cutout_mask (place as in the copy of PBA)",
        .unit = "pixels"};
  op.min = 0;
  op.max = 60;
  op.hasValue = op.hasPlace = true;
  op.valueAt = [](Grid grid, double level, int, int side) { return cutoutLevel(grid, level, side); };
  op.alpha = Alpha::cut;
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling& s) {
    copyImage(in, out);
    if (!(value > 0)) return;
    const int x = placeOf(s.x, in.width), y = placeOf(s.y, in.height);
    const int size = static_cast<int>(std::min(value, kLargest));
    eraseBox(out, centredBox(x, y, size, in.width, in.height),
             s.cover.value_or(std::array<std::uint8_t, 3>{125, 122, 113}));
  };
  return op;
}

/// Hides a rectangle that includes its far edges; of side 0 it is one pixel, of a negative side none.
Op cutoutAbs() {
  Op op{.name = "cutout_abs",
        .title = "Cutout, inclusive",
        .source = "pytorch-randaugment and Fast AutoAugment, CutoutAbs; Pillow ImageDraw.rectangle",
        .unit = "pixels"};
  op.min = 0;
  op.max = 60;
  op.hasValue = op.hasPlace = true;
  op.alpha = Alpha::painted;
  op.valueAt = [](Grid grid, double level, int, int side) { return cutoutLevel(grid, level, side); };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling& s) {
    copyImage(in, out);
    if (!(value >= 0)) return;
    const double x = std::isnan(s.x) ? 0 : std::clamp(s.x, 0.0, 1.0) * in.width;
    const double y = std::isnan(s.y) ? 0 : std::clamp(s.y, 0.0, 1.0) * in.height;
    const PixelBox box = inclusiveBox(x, y, std::min(value, kLargest), in.width, in.height);
    eraseBox(out, box, s.cover.value_or(std::array<std::uint8_t, 3>{125, 123, 114}));
  };
  return op;
}

}  // namespace uada
