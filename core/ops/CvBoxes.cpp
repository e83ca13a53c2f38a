#include "core/ops/CvBoxes.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/base/Error.h"
#include "core/images/OpenCv.h"
#include "core/ops/CvMoves.h"
#include "core/ops/Pixels.h"
#include "core/ops/simd/CvScale.h"

namespace uada {
namespace {

/// OpenCV has no view that cannot be written to; what is made of an ImageView here is only read.
cv::Mat matOf(ImageView image) {
  return {image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb)};
}

// Scaling. Weights are in 1/2048; a row that was scaled across is kept in 1/128, which 16 bits hold.

/// clampsWeights: as OpenCV's columns, of which those outside take the outermost pixel alone; its rows take
/// it twice.
ScaleTaps tapsAt(int place, double step, int size, bool clampsWeights) {
  auto at = static_cast<float>((place + 0.5) * step - 0.5);
  int first = cvFloor(at);
  at -= static_cast<float>(first);
  if (clampsWeights && (first < 0 || first >= size - 1)) {
    at = 0;
    first = first < 0 ? 0 : size - 1;
  }
  const auto weight = [](float share) { return cv::saturate_cast<std::int16_t>(share * 2048); };
  return {first, {weight(1 - at), weight(at)}};
}

/// The factor of a side in scaleMap(), turned round.
double stepOf(int side, double factor) { return 1 / (cvRound(side * factor) < 1 ? 1.0 / side : factor); }

/// The places that cv::warpAffine hands to cv::remap: sums of what column and row add, each rounded to 1/1024
/// of a pixel, in 1/32 of a pixel; of the nearest pixel whole.
class CvPlaces {
 public:
  CvPlaces(const Map& map, Filter filter, const PixelBox& box)
      : a_(middlesAtWhole(map.affine)), nearest_(filter == Filter::nearest) {
    for (int x = box.left; x < box.right; ++x) {
      acrossX_.push_back(parts(a_.xx * x));
      acrossY_.push_back(parts(a_.yx * x));
    }
  }
  /// at      x and y of each pixel of the box in row y, counted from the corner of `from`
  /// shares  what is left in 1/32, of y then of x; of the nearest pixel anything
  void ofRow(int y, const PixelBox& from, std::int16_t* at, std::uint16_t* shares) const {
    const int half = nearest_ ? 512 : 16, shift = nearest_ ? 10 : 5, units = nearest_ ? 0 : 5;
    const int downX = parts(a_.xy * y + a_.x0) + half, downY = parts(a_.yy * y + a_.y0) + half;
    for (std::size_t i = 0; i < acrossX_.size(); ++i) {
      const int x = (downX + acrossX_[i]) >> shift, row = (downY + acrossY_[i]) >> shift;
      at[2 * i] = cv::saturate_cast<std::int16_t>((x >> units) - from.left);
      at[2 * i + 1] = cv::saturate_cast<std::int16_t>((row >> units) - from.top);
      shares[i] = static_cast<std::uint16_t>((row & 31) * 32 + (x & 31));
    }
  }

 private:
  static int parts(double place) { return cv::saturate_cast<int>(place * 1024); }
  Affine a_;
  bool nearest_;
  std::vector<int> acrossX_, acrossY_;
};

}  // namespace

bool scalesByBoxes(double factor, Filter filter) { return filter == Filter::bilinear && factor != 0.5; }

PixelBox scaleNeeds(ImageSize whole, double factor, const PixelBox& out) {
  const auto line = [factor](int side, int begin, int end) {
    const double step = stepOf(side, factor);
    const int first = tapsAt(begin, step, side, false).first, last = tapsAt(end - 1, step, side, false).first;
    return std::pair(std::clamp(first, 0, side - 1), std::clamp(last + 1, 0, side - 1) + 1);
  };
  if (out.empty()) return {};
  const auto [left, right] = line(whole.width, out.left, out.right);
  const auto [top, bottom] = line(whole.height, out.top, out.bottom);
  return {left, top, right, bottom};
}

void scaleBox(const BoxView& in, ImageSize whole, const BoxSpan& out, double factor) {
  const double stepX = stepOf(whole.width, factor), stepY = stepOf(whole.height, factor);
  thread_local std::vector<ScaleTaps> columns;
  columns.clear();
  for (int x = out.box.left; x < out.box.right; ++x) {
    columns.push_back(tapsAt(x, stepX, whole.width, true));
    columns.back().first -= in.box.left;
  }
  const std::size_t count = std::size_t{3} * out.box.width();
  struct Line {
    int row = -1;
    std::vector<std::int16_t> values;
  };
  thread_local Line lines[2];  // made last: the next row of the result mostly needs them again
  for (Line& line : lines) {
    line.row = -1;
    line.values.resize(count + 1);
  }
  const auto lineAt = [&](int row) {
    row = std::clamp(row, 0, whole.height - 1);
    Line& line = lines[row % 2];
    if (line.row != row)
      simd::scaleAcross(in.pixels.row(row - in.box.top), std::size_t{3} * in.pixels.width, columns.data(),
                        columns.size(), line.values.data());
    line.row = row;
    return line.values.data();
  };
  for (int y = out.box.top; y < out.box.bottom; ++y) {
    const ScaleTaps rows = tapsAt(y, stepY, whole.height, false);
    simd::scaleDown(lineAt(rows.first), lineAt(rows.first + 1), rows, count, out.pixels.row(y - out.box.top));
  }
}

PixelBox rotationNeeds(const Map& map, const PixelBox& out) {
  if (out.empty()) return {};
  const Affine a = middlesAtWhole(map.affine);
  double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;
  for (const int x : {out.left, out.right - 1})
    for (const int y : {out.top, out.bottom - 1}) {
      const double atX = a.xx * x + a.xy * y + a.x0, atY = a.yx * x + a.yy * y + a.y0;
      left = std::min(left, atX), right = std::max(right, atX);
      top = std::min(top, atY), bottom = std::max(bottom, atY);
    }
  constexpr int kMargin = 4;  // the taps of a cubic kernel, and what rounding to 1/32 may add
  const auto whole = [](double at) { return static_cast<int>(std::floor(std::clamp(at, -1e8, 1e8))); };
  return within(
      {whole(left) - kMargin, whole(top) - kMargin, whole(right) + kMargin + 1, whole(bottom) + kMargin + 1},
      map.part.width(), map.part.height());
}

void rotateBox(const BoxView& in, const BoxSpan& out, const Map& map, Filter filter,
               std::array<std::uint8_t, 3> outside) {
  const ImageSize whole{map.part.width(), map.part.height()};
  if (std::max(whole.width, whole.height) > kMostCvSide)
    throw Error(fmt::format("cannot rotate an image of {} x {} pixels: at most {} a side can be", whole.width,
                            whole.height, kMostCvSide));
  if (in.box.empty()) return fillPixels(out.pixels.rgb, out.box.width() * out.box.height(), outside);
  keepOpenCvSerial();
  const CvPlaces places(map, filter, out.box);
  constexpr int kRows = 16;  // at a time, so that their places stay in the second cache
  cv::Mat at(kRows, out.box.width(), CV_16SC2), shares(kRows, out.box.width(), CV_16UC1);
  for (int top = out.box.top; top < out.box.bottom; top += kRows) {
    const int rows = std::min(kRows, out.box.bottom - top);
    for (int y = 0; y < rows; ++y)
      places.ofRow(top + y, in.box, at.ptr<std::int16_t>(y), shares.ptr<std::uint16_t>(y));
    cv::Mat rotated = matOf(out.pixels).rowRange(top - out.box.top, top - out.box.top + rows);
    cv::remap(matOf(in.pixels), rotated, at.rowRange(0, rows),
              filter == Filter::nearest ? cv::Mat() : shares.rowRange(0, rows), cvFilter(filter),
              cv::BORDER_CONSTANT, cv::Scalar(outside[0], outside[1], outside[2]));
  }
}

PixelBox blurNeeds(ImageSize whole, const PixelBox& out) {
  if (out.empty()) return {};
  return within({out.left - 2, out.top - 2, out.right + 2, out.bottom + 2}, whole.width, whole.height);
}

void blurBox(const BoxView& in, const BoxSpan& out) {
  keepOpenCvSerial();
  cv::Mat blurred = matOf(out.pixels);
  if (in.box == out.box) return cv::GaussianBlur(matOf(in.pixels), blurred, {5, 5}, 0);
  // Where the box ends within the picture its rim is not right; needs() leaves room for that.
  cv::Mat more;
  cv::GaussianBlur(matOf(in.pixels), more, {5, 5}, 0);
  more(cv::Rect(out.box.left - in.box.left, out.box.top - in.box.top, out.box.width(), out.box.height()))
      .copyTo(blurred);
}

}  // namespace uada
