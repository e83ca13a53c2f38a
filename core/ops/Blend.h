#pragma once

#include <algorithm>
#include <cstdint>

#include "core/images/Image.h"

namespace uada {

/// Luma of one pixel: ITU-601 weights times 65536, rounded.
inline int grey(const std::uint8_t* rgb) {
  return (19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16;
}

/// A factor as the single that the blend computes with. Beyond a million every result is 0 or 255 anyway, and
/// an infinite one would make 0 * infinity.
inline float blendFactor(double value) { return static_cast<float>(std::clamp(value, -1e6, 1e6)); }

/// degenerate + factor * (value - degenerate) in single precision, clamped, truncated: never rounded.
inline std::uint8_t blend(int degenerate, int value, float factor) {
  const float mixed = static_cast<float>(degenerate) + factor * static_cast<float>(value - degenerate);
  return static_cast<std::uint8_t>(std::clamp(mixed, 0.0F, 255.0F));
}

/// Blends the image with its smoothed self: factor 0 smooth, 1 unchanged (in Sharpness.cpp). in and out: the
/// same size, not the same memory.
void sharpen(ImageView in, ImageSpan out, float factor);

}  // namespace uada
