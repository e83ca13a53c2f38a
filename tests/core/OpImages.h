#pragma once

#include <QString>
#include <algorithm>
#include <cstdint>
#include <random>

#include "core/ops/Op.h"

namespace uada {

inline Image applied(const Op& op, const Image& image, double value, const Sampling& sampling = {}) {
  Image out(image.width, image.height);
  // A result that reads what was there before shows in the comparison of two runs.
  static std::uint8_t stain = 0;
  std::fill(out.rgb.begin(), out.rgb.end(), stain += 37);
  op.apply(image.view(), out.span(), value, sampling);
  return out;
}

/// kind 0: noise; 1: noise of little contrast; 2: one colour; 3: two values.
inline Image randomImage(int width, int height, int kind, std::mt19937& random) {
  Image image(width, height);
  for (std::uint8_t& v : image.rgb) {
    const auto r = random();
    v = static_cast<std::uint8_t>(kind == 0   ? r
                                  : kind == 1 ? 90 + r % 40
                                  : kind == 2 ? 77
                                              : (r & 1 ? 255 : 3));
  }
  return image;
}

/// "106,143,188".
inline QString pixel(const Image& image, int y, int x) {
  const std::uint8_t* p = image.view().row(y) + 3 * x;
  return QStringLiteral("%1,%2,%3").arg(p[0]).arg(p[1]).arg(p[2]);
}

}  // namespace uada
