#pragma once

#include <array>
#include <cstdint>

#include "core/images/Image.h"
#include "core/ops/Map.h"

/// Scaling, rotation and blur as OpenCV does them, on 8 bits: the steps of the usual training of semantic
/// segmentation and detection. Its last bits may change with OpenCV's version (4.6 is what the tests know).
namespace uada {

/// The most pixels of a side that OpenCV turns.
constexpr int kMostCvSide = 32766;

/// cv::INTER_NEAREST and so on.
int cvFilter(Filter filter);

/// The map of an image that is scaled by a factor > 0: cv::resize with fx = fy = factor, whose size is
/// rounded (halves to even), here at least 1. Where the size stays, the image does.
Map scaleMap(ImageSize image, double factor);
/// in, out  of the sizes of scaleMap(), which differ
void scaleImage(ImageView in, ImageSpan out, double factor, Filter filter);

/// How cv::resize reads a picture; their names are those of plans.
enum class CvResize : std::uint8_t { bilinear, bicubic, area, nearest, lanczos4 };
constexpr std::array<const char*, 5> kCvResizes{"bilinear", "bicubic", "area", "nearest", "lanczos4"};

/// The map of an image that is resized, each direction by its own factor; and cv::resize.
/// in, out  of different sizes
Map resizeMap(ImageSize in, ImageSize out);
void resizeImage(ImageView in, ImageSpan out, CvResize filter = CvResize::bilinear);

/// The map of a rotation about the point (width / 2, height / 2) of an image whose pixels' middles are whole
/// numbers, so half a pixel beside its centre: cv::getRotationMatrix2D and cv::warpAffine. The size stays.
/// degrees  positive is counter-clockwise
Map rotationMap(ImageSize image, double degrees);

}  // namespace uada
