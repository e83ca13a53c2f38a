#include "core/data/LabelPicture.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "core/base/Error.h"

namespace uada {

Image labelPicture(LabelMapView map, std::span<const ClassColour> colours) {
  Image picture(map.width, map.height);
  for (std::size_t i = 0; i < map.size(); ++i)
    if (map.labels[i] < colours.size())
      std::ranges::copy(colours[map.labels[i]], picture.rgb.begin() + 3 * i);
  return picture;
}

void drawBoxes(ImageSpan picture, BoxesView boxes, std::span<const ClassColour> colours) {
  const int wide = std::max(2, std::max(picture.width, picture.height) / 100);  // seen in a small view, too
  for (const ObjectBox& box : boxes) {
    const auto place = static_cast<std::size_t>(box.label);
    const ClassColour colour = place < colours.size() ? colours[place] : ClassColour{255, 255, 255};
    const auto within = [](float edge, int size) {
      return static_cast<int>(std::lround(std::clamp(edge, 0.0F, static_cast<float>(size))));
    };
    const int left = within(box.left, picture.width), right = within(box.right, picture.width);
    const int top = within(box.top, picture.height), bottom = within(box.bottom, picture.height);
    for (int y = top; y < bottom; ++y) {
      const bool isEdge = y < top + wide || y >= bottom - wide;
      for (int x = left; x < right; ++x)
        if (isEdge || x < left + wide || x >= right - wide)
          std::ranges::copy(colour, picture.row(y) + std::ptrdiff_t{3} * x);
    }
  }
}

Image sideBySide(ImageView left, ImageView right) {
  if (left.height != right.height)
    throw Error(
        fmt::format("pictures of {} and {} rows cannot stand side by side", left.height, right.height));
  Image both(left.width + right.width, left.height);
  for (int y = 0; y < both.height; ++y) {
    std::uint8_t* row = both.span().row(y);
    std::copy_n(left.row(y), std::size_t{3} * left.width, row);
    std::copy_n(right.row(y), std::size_t{3} * right.width, row + std::size_t{3} * left.width);
  }
  return both;
}

Image withTarget(ImageView picture, const TargetView& target, std::span<const ClassColour> colours) {
  if (const auto* labels = std::get_if<LabelMapView>(&target))
    return sideBySide(picture, labelPicture(*labels, colours).view());
  if (const auto* learned = std::get_if<ImageView>(&target)) return sideBySide(picture, *learned);
  Image drawn(picture);
  if (const auto* boxes = std::get_if<BoxesView>(&target)) drawBoxes(drawn.span(), *boxes, colours);
  return drawn;
}

}  // namespace uada
