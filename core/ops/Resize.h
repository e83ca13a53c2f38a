#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/Philox.h"
#include "core/ops/Crop.h"
#include "core/ops/Op.h"
#include "core/ops/ResizePasses.h"

namespace uada {

/// Memory that resizing needs. Kept from image to image it stops growing; one a thread.
struct ResizeScratch {
  ResizeTaps across, down;
  std::vector<std::uint8_t> rows;  ///< the part, resized across only
  std::vector<std::uint8_t> room;  ///< some rows of the part, turned
};

/// Resizes a part of the image to the size of `out` as Pillow's crop(part).resize(size, filter) does, to the
/// bit: antialiased bilinear or bicubic (a = -0.5) in two passes of 8 bits, or the nearest pixel.
/// part     inside the image, at least 1x1; pixels outside the part play no role
/// source   Pillow, libImaging/Resample.c and Geometry.c (scale)
void resize(ImageView in, const PixelBox& part, ImageSpan out, Filter filter, ResizeScratch& scratch);
Image resized(ImageView in, int width, int height, Filter filter);

/// torchvision's Resize(side): width and height of an image whose shorter side becomes `side`; the longer one
/// is cut to a whole number.
std::pair<int, int> shorterSideTo(int side, int width, int height);

/// torchvision's CenterCrop: the middle of the image, where halves go to the even side; what the image is too
/// small for is 0. out: of any size, not the same memory.
void centreCrop(ImageView in, ImageSpan out);

/// What ImageNet's test images are shown through: resized until the shorter side is 8/7 of the side of `out`
/// (256 of 224), bilinear, antialiased, then the middle.
/// in   of any size, at least 1x1
/// out  where it is no square, its longer side counts; not the same memory
void resizedCentre(ImageView in, ImageSpan out, ResizeScratch& scratch);

/// Of torchvision's RandomResizedCrop.
struct ResizedCropRule {
  double minArea = 0.08, maxArea = 1;               ///< shares of the image's area
  double minAspect = 3.0 / 4, maxAspect = 4.0 / 3;  ///< width / height
};

/// The part of an image with that share of its area and that aspect, without place: width, height. Either may
/// be 0 or larger than the image; then torchvision draws again.
std::pair<int, int> partOf(int width, int height, double area, double aspect);
/// The part that a random resized crop shows: torchvision's get_params. Up to ten draws of area and logarithm
/// of the aspect, then row and column; else the largest part in the middle that the aspects allow.
/// width, height: at least 1
PixelBox drawResizedCrop(Random& random, int width, int height, const ResizedCropRule& rule = {});

}  // namespace uada
