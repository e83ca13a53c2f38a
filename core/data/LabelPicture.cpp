#include "core/data/LabelPicture.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"

namespace uada {

Image labelPicture(LabelMapView map, std::span<const ClassColour> colours) {
  Image picture(map.width, map.height);
  for (std::size_t i = 0; i < map.size(); ++i)
    if (map.labels[i] < colours.size())
      std::ranges::copy(colours[map.labels[i]], picture.rgb.begin() + 3 * i);
  return picture;
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

}  // namespace uada
