#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/ops/Affine.h"

namespace uada {

/// Where a source point lies among the pixels: rows and byte offsets of columns, clamped to the image, from
/// `first` pixels before the one at or below the point. The point lies inside the image.
template <int kTaps>
struct Neighbours {
  std::array<const std::uint8_t*, kTaps> rows;
  std::array<std::size_t, kTaps> columns;
  double dx, dy;

  Neighbours(ImageView in, double xs, double ys, int first) {
    const int left = wholeOf(xs - 0.5), top = wholeOf(ys - 0.5);
    dx = xs - 0.5 - left;
    dy = ys - 0.5 - top;
    for (int k = 0; k < kTaps; ++k) {
      rows[k] = in.row(std::clamp(top + first + k, 0, in.height - 1));
      columns[k] = std::size_t{3} * std::clamp(left + first + k, 0, in.width - 1);
    }
  }
};

}  // namespace uada
