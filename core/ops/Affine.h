#pragma once

#include "core/images/Image.h"
#include "core/ops/Op.h"

namespace uada {

/// Output pixel (x, y) is read at source point (xx x + xy y + x0, yx x + yy y + y0); pixel centres lie at
/// halves.
struct Affine {
  double xx = 1, xy = 0, x0 = 0;
  double yx = 0, yy = 1, y0 = 0;
};

/// Resamples as Pillow's Image.transform(AFFINE) does (methods.md 2.2, the Affine rows), with its three ways
/// to find the nearest pixel, which differ in rounding. Points outside get sampling.fill. Any coefficients
/// but NaN. in and out: the same size, not the same memory.
void applyAffine(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling);

}  // namespace uada
