#pragma once

#include <array>
#include <cstdint>

#include "core/images/Image.h"
#include "core/ops/Crop.h"

namespace uada {

// Four things go by the name of Cutout:
//   1. the UADA authors': Plan::cutout in black, painted before normalisation;
//   2. that of DeVries & Taylor: Plan::cutout with BoxFill::mean, 0 after normalisation: the data set's mean;
//   3. the RandAugment code's rectangle, which includes its far edge: op "cutout_abs", inclusiveBox();
//   4. the AutoAugment code's op: op "cutout", centredBox(), painted in the mean colour of CIFAR-10.

/// The box of side 2 * (size / 2) about the pixel (x, y), cut at the image. size >= 0
PixelBox centredBox(int x, int y, int size, int width, int height);
/// The rectangle of side `size` about the point (x, y), which includes the pixels that its right and bottom
/// edges lie in: a side of 16 hides up to 17 pixels. size >= 0
PixelBox inclusiveBox(double x, double y, double size, int width, int height);

/// What a filled rectangle between two points hides: the pixels that its edges lie in belong to it. The
/// points are not negative.
PixelBox inclusiveRectangle(double left, double top, double right, double bottom, int width, int height);

void eraseBox(ImageSpan image, const PixelBox& box, std::array<std::uint8_t, 3> colour = {0, 0, 0});

}  // namespace uada
