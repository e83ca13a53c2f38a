#pragma once

#include <cstdint>

#include "core/images/Image.h"
#include "core/ops/Op.h"

namespace uada {

/// Output pixel (x, y) is read at source point (xx x + xy y + x0, yx x + yy y + y0); pixel centres lie at
/// halves.
struct Affine {
  double xx = 1, xy = 0, x0 = 0;
  double yx = 0, yy = 1, y0 = 0;
};

/// The same in 16.16 fixed point, from the centre of the first pixel on.
struct FixedAffine {
  std::int64_t xx, xy, x0;
  std::int64_t yx, yy, y0;
  explicit FixedAffine(const Affine& affine);
};

/// Whether 16 bits hold the whole part of all source points of an output of that size.
bool fitsFixed(const Affine& affine, int width, int height);

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

/// Resamples as Pillow's Image.transform(AFFINE) does (methods.md 2.2, the Affine rows), with its three ways
/// to find the nearest pixel, which differ in rounding. Points outside get sampling.fill. Any coefficients
/// but NaN. in and out: the same size, not the same memory.
void applyAffine(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling);

/// Interpolates where only one coordinate moves: shear and translation along x or y. Returns whether it
/// did; for other coefficients nothing is done (in Shear.cpp).
bool interpolatedAlongAxis(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling);

}  // namespace uada
