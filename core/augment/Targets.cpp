#include "core/augment/Targets.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "core/base/Error.h"

namespace uada {
namespace {

/// A box in double precision and what is left of it.
struct Hull {
  double left, top, right, bottom;
  double share = 1;  ///< of its area inside the images so far
  double area() const { return std::max(0.0, right - left) * std::max(0.0, bottom - top); }
};

/// From a source point to the output; none: the map takes all points to one line.
std::optional<Affine> inverse(const Affine& a) {
  const double determinant = a.xx * a.yy - a.xy * a.yx;
  if (!std::isfinite(determinant) || determinant == 0) return {};
  Affine b{.xx = a.yy / determinant,
           .xy = -a.xy / determinant,
           .yx = -a.yx / determinant,
           .yy = a.xx / determinant};
  b.x0 = -(b.xx * a.x0 + b.xy * a.y0);
  b.y0 = -(b.yx * a.x0 + b.yy * a.y0);
  return b;
}

Hull hullOfCorners(const Hull& box, const Affine& toOutput, const PixelBox& part) {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  Hull hull{kFar, kFar, -kFar, -kFar, box.share};
  for (const double sourceX : {box.left, box.right})
    for (const double sourceY : {box.top, box.bottom}) {
      const double x = sourceX - part.left, y = sourceY - part.top;
      const double outX = toOutput.xx * x + toOutput.xy * y + toOutput.x0;
      const double outY = toOutput.yx * x + toOutput.yy * y + toOutput.y0;
      hull.left = std::min(hull.left, outX), hull.right = std::max(hull.right, outX);
      hull.top = std::min(hull.top, outY), hull.bottom = std::max(hull.bottom, outY);
    }
  return hull;
}

bool hasCentreInside(const Hull& hull, ImageSize size) {
  const double x = (hull.left + hull.right) / 2, y = (hull.top + hull.bottom) / 2;
  return x > 0 && x < size.width && y > 0 && y < size.height;
}

/// Cut at 0 and at the size.
Hull cut(Hull hull, double width, double height) {
  const double before = hull.area();
  hull.left = std::clamp(hull.left, 0.0, width), hull.right = std::clamp(hull.right, 0.0, width);
  hull.top = std::clamp(hull.top, 0.0, height), hull.bottom = std::clamp(hull.bottom, 0.0, height);
  hull.share *= before > 0 ? hull.area() / before : 0;
  return hull;
}

}  // namespace

LabelMap movedLabels(LabelMapView labels, const Map& map, std::uint8_t ignore) {
  const PixelBox& part = map.part;
  if (part.left < 0 || part.top < 0 || part.right > labels.width || part.bottom > labels.height)
    throw Error(fmt::format("cannot move a label map of {} x {} pixels with an image of {} x {}",
                            labels.width, labels.height, part.right, part.bottom));
  LabelMap moved(map.out.width, map.out.height);
  eachNearest(map, [&](int y, int x, int row, int column) {
    moved.row(y)[x] = row < 0 ? ignore : labels.row(row)[column];
  });
  return moved;
}

Boxes movedBoxes(BoxesView boxes, std::span<const Map> maps, const TargetRule& rule) {
  Boxes moved;
  for (const ObjectBox& box : boxes) {
    Hull hull{box.left, box.top, box.right, box.bottom};
    bool isInside = true;
    for (const Map& map : maps) {
      const std::optional<Affine> toOutput = inverse(map.affine);
      const Hull whole = toOutput ? hullOfCorners(hull, *toOutput, map.part) : Hull{0, 0, 0, 0, 0};
      isInside = isInside && hasCentreInside(whole, map.out);
      hull = cut(whole, map.out.width, map.out.height);
    }
    if (rule.keepsCentre && !isInside) continue;
    // Said so that what is no number does not survive.
    const bool survives = hull.share >= rule.leastShare && hull.area() > 0 &&
                          hull.right - hull.left >= rule.leastSide &&
                          hull.bottom - hull.top >= rule.leastSide;
    if (!survives) continue;
    ObjectBox out = box;
    out.left = static_cast<float>(hull.left), out.right = static_cast<float>(hull.right);
    out.top = static_cast<float>(hull.top), out.bottom = static_cast<float>(hull.bottom);
    moved.push_back(out);
  }
  return moved;
}

}  // namespace uada
