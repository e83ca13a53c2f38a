#include "core/ops/CvMoves.h"

#include <opencv2/imgproc.hpp>

#include "core/images/OpenCv.h"

namespace uada {
namespace {

/// OpenCV has no view that cannot be written to; what is made of an ImageView here is only read.
cv::Mat matOf(ImageView image) {
  return {image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb)};
}

/// The factor of a side, which leaves at least one pixel.
double factorOf(int side, double factor) { return cvRound(side * factor) < 1 ? 1.0 / side : factor; }

}  // namespace

int cvFilter(Filter filter) {
  if (filter == Filter::nearest) return cv::INTER_NEAREST;
  return filter == Filter::bicubic ? cv::INTER_CUBIC : cv::INTER_LINEAR;
}

Map scaleMap(ImageSize image, double factor) {
  const double across = factorOf(image.width, factor), down = factorOf(image.height, factor);
  const ImageSize scaled{cvRound(image.width * across), cvRound(image.height * down)};
  if (scaled == image) return mapOf({}, image);
  return {{.xx = 1 / across, .yy = 1 / down},
          {0, 0, image.width, image.height},
          scaled,
          Edge::repeated,
          Nearest::cvResize};
}

void scaleImage(ImageView in, ImageSpan out, double factor, Filter filter) {
  keepOpenCvSerial();
  cv::Mat scaled = matOf(out);
  cv::resize(matOf(in), scaled, {}, factorOf(in.width, factor), factorOf(in.height, factor),
             cvFilter(filter));
}

Map resizeMap(ImageSize in, ImageSize out) {
  return {{.xx = 1.0 * in.width / out.width, .yy = 1.0 * in.height / out.height},
          {0, 0, in.width, in.height},
          out,
          Edge::repeated,
          Nearest::cvResize};
}

void resizeImage(ImageView in, ImageSpan out, CvResize filter) {
  constexpr int kFilters[] = {cv::INTER_LINEAR, cv::INTER_CUBIC, cv::INTER_AREA, cv::INTER_NEAREST,
                              cv::INTER_LANCZOS4};
  keepOpenCvSerial();
  cv::Mat resized = matOf(out);
  cv::resize(matOf(in), resized, resized.size(), 0, 0, kFilters[static_cast<int>(filter)]);
}

Map rotationMap(ImageSize image, double degrees) {
  const cv::Point2f centre(static_cast<float>(image.width) / 2, static_cast<float>(image.height) / 2);
  cv::Matx23d inverse;
  cv::invertAffineTransform(cv::getRotationMatrix2D(centre, degrees, 1), inverse);
  const Affine fromWhole{.xx = inverse(0, 0),
                         .xy = inverse(0, 1),
                         .x0 = inverse(0, 2),
                         .yx = inverse(1, 0),
                         .yy = inverse(1, 1),
                         .y0 = inverse(1, 2)};
  Map map = mapOf(middlesAtHalf(fromWhole), image);
  map.nearest = Nearest::cvWarp;
  return map;
}

}  // namespace uada
