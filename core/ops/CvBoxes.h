#pragma once

#include <array>
#include <cstdint>

#include "core/images/Image.h"
#include "core/images/PixelBox.h"
#include "core/ops/Map.h"

/// Scaling, rotation and blur as OpenCV does them on 8 bits, of a box of the result: the same pixels as those
/// of the whole result. What is read of the picture before is a box, too: ...Needs() says which; a larger one
/// does as well. The pictures before and behind are called `whole`.
namespace uada {

/// The pixels of a box of a picture.
struct BoxView {
  ImageView pixels;
  PixelBox box;
};
struct BoxSpan {
  ImageSpan pixels;
  PixelBox box;
};

/// cv::resize by one factor, bilinear, whose map scaleMap() is. Of other filters, and of a half, which OpenCV
/// does in another way, the whole picture is needed: there scaleImage() is for.
/// whole  the size of the picture before
bool scalesByBoxes(double factor, Filter filter);
PixelBox scaleNeeds(ImageSize whole, double factor, const PixelBox& out);
void scaleBox(const BoxView& in, ImageSize whole, const BoxSpan& out, double factor);

/// cv::warpAffine by a map of rotationMap().
/// outside  the colour of what lies outside the picture; it is interpolated with the picture's rim
/// throws   Error if a side of the picture is longer than kMostCvSide
PixelBox rotationNeeds(const Map& map, const PixelBox& out);
void rotateBox(const BoxView& in, const BoxSpan& out, const Map& map, Filter filter,
               std::array<std::uint8_t, 3> outside);

/// cv::GaussianBlur with sigma 0: the 5 x 5 Gaussian (1 4 6 4 1) / 16 in both directions, rounded once; the
/// picture is mirrored about its outermost pixels.
PixelBox blurNeeds(ImageSize whole, const PixelBox& out);
void blurBox(const BoxView& in, const BoxSpan& out);

}  // namespace uada
