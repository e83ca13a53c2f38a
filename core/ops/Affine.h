#pragma once

#include <cmath>
#include <cstdint>

#include "core/images/Image.h"
#include "core/ops/Map.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {

/// Rounds down a number that an int can hold; std::floor is a call on the plainest processors.
inline int wholeOf(double v) {
  const int cut = static_cast<int>(v);
  return cut - (v < cut ? 1 : 0);
}

/// Coordinates below this one keep enough digits for the two below.
constexpr int kMostSteady = 1 << 14;
/// A coordinate so far from whole numbers that the rounding of sums cannot change its whole part.
inline bool isAwayFromWhole(double coordinate) {
  constexpr double kMargin = 1e-4;
  if (!(coordinate > -kMostSteady && coordinate < kMostSteady)) return false;
  const double fraction = coordinate - wholeOf(coordinate);
  return fraction > kMargin && fraction < 1 - kMargin;
}
/// A coordinate whose sums with its like are not rounded at all.
inline bool hasFewDigits(double coordinate) {
  if (!(coordinate > -kMostSteady && coordinate < kMostSteady)) return false;
  return coordinate * 1024 == wholeOf(coordinate * 1024);
}

/// Resamples as Pillow's Image.transform(AFFINE) does, with its three ways
/// to find the nearest pixel, which differ in rounding. Points outside get sampling.fill. Any coefficients
/// but NaN. in and out: the same size, not the same memory.
void applyAffine(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling);

/// The map and the apply() of an op whose value is one coefficient; without a number the image is kept.
template <double Affine::* coefficient>
void moveBy(Op& op) {
  op.map = [](double value, ImageSize) {
    Affine affine;
    if (!std::isnan(value)) affine.*coefficient = value;
    return affine;
  };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling& sampling) {
    if (std::isnan(value)) return copyImage(in, out);
    Affine affine;
    affine.*coefficient = value;
    applyAffine(in, out, affine, sampling);
  };
}

/// Interpolates where only one coordinate moves: shear and translation along x or y. Returns whether it
/// did; for other coefficients nothing is done (in Shear.cpp).
bool interpolatedAlongAxis(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling);

}  // namespace uada
