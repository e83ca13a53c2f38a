#include "app/cli/bench/OpenCvCalls.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/ops/Cutout.h"
#include "core/ops/Map.h"

namespace uada::cli {
namespace {

using Calls = std::vector<OpenCvCall>;
using cv::Mat;

constexpr double kGrey[] = {0.299, 0.587, 0.114};  // ITU-601

/// The table of an op that looks up each byte: what the op makes of all bytes.
Mat tableOf(const OpCase& c) {
  Image bytes(256, 1), looked(256, 1);
  for (int v = 0; v < 256; ++v) std::fill_n(bytes.rgb.begin() + std::ptrdiff_t{3} * v, 3, v);
  c.op->apply(bytes.view(), looked.span(), c.value, c.sampling);
  Mat table(1, 256, CV_8U);
  for (int v = 0; v < 256; ++v) table.at<std::uint8_t>(v) = looked.rgb[std::size_t{3} * v];
  return table;
}

OpenCvCall lookUp(const OpCase& c) {
  return {"LUT", [table = tableOf(c)](const Mat& in, const Mat&, Mat& out) { cv::LUT(in, table, out); }};
}

cv::Scalar fillOf(const OpCase& c) {
  return {double(c.sampling.fill[0]), double(c.sampling.fill[1]), double(c.sampling.fill[2])};
}

OpenCvCall warpCall(const OpCase& c, int side) {
  const Affine a = middlesAtWhole(c.op->map(c.value, {side, side}));
  const cv::Matx23d matrix(a.xx, a.xy, a.x0, a.yx, a.yy, a.y0);
  const int filter = *c.sampling.filter == Filter::nearest    ? cv::INTER_NEAREST
                     : *c.sampling.filter == Filter::bilinear ? cv::INTER_LINEAR
                                                              : cv::INTER_CUBIC;
  return {"warpAffine", [=, fill = fillOf(c)](const Mat& in, const Mat&, Mat& out) {
            cv::warpAffine(in, out, matrix, in.size(), filter | cv::WARP_INVERSE_MAP, cv::BORDER_CONSTANT,
                           fill);
          }};
}

/// Shifts by whole pixels: a part is copied and the rest painted.
Calls shiftCalls(const OpCase& c, int side) {
  const Affine a = c.op->map(c.value, {side, side});
  const auto whole = [side](double start) {
    return std::clamp(static_cast<int>(std::floor(start + 0.5)), 0, side - 1);
  };
  const int x = whole(a.x0), y = whole(a.y0);
  const cv::Rect from(x, y, side - x, side - y), to(0, 0, side - x, side - y);
  return {{"copyMakeBorder",
           [=, fill = fillOf(c)](const Mat& in, const Mat&, Mat& out) {
             cv::copyMakeBorder(in(from), out, 0, y, 0, x, cv::BORDER_CONSTANT | cv::BORDER_ISOLATED, fill);
           }},
          {"copyTo, setTo", [=, fill = fillOf(c)](const Mat& in, const Mat&, Mat& out) {
             in(from).copyTo(out(to));
             if (x > 0) out(cv::Rect(side - x, 0, x, side)).setTo(fill);
             if (y > 0) out(cv::Rect(0, side - y, side, y)).setTo(fill);
           }}};
}

Calls moveCalls(const OpCase& c, int side) {
  Calls calls{warpCall(c, side)};
  if (c.op->name.starts_with("translate") && c.sampling.filter == Filter::nearest)
    for (OpenCvCall& call : shiftCalls(c, side)) calls.push_back(std::move(call));
  return calls;
}

Calls colorCalls(double factor) {
  Mat matrix(3, 3, CV_32F);
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 3; ++column)
      matrix.at<float>(row, column) =
          static_cast<float>((1 - factor) * kGrey[column] + (row == column ? factor : 0));
  return {{"transform", [matrix](const Mat& in, const Mat&, Mat& out) { cv::transform(in, out, matrix); }},
          {"cvtColor, addWeighted",
           [factor, grey = Mat(), greys = Mat()](const Mat& in, const Mat&, Mat& out) mutable {
             cv::cvtColor(in, grey, cv::COLOR_RGB2GRAY);
             cv::cvtColor(grey, greys, cv::COLOR_GRAY2RGB);
             cv::addWeighted(in, factor, greys, 1 - factor, 0, out);
           }}};
}

OpenCvCall scaled(double factor, double shift) {
  return {"convertTo", [=](const Mat& in, const Mat&, Mat& out) { in.convertTo(out, CV_8U, factor, shift); }};
}

Calls contrastCalls(double factor) {
  const auto shiftOf = [factor](const Mat& in, Mat& grey) {
    cv::cvtColor(in, grey, cv::COLOR_RGB2GRAY);
    return (1 - factor) * std::floor(cv::mean(grey)[0] + 0.5);
  };
  const auto meanOf = [factor](const Mat& in) {
    const cv::Scalar means = cv::mean(in);
    return (1 - factor) * std::floor(kGrey[0] * means[0] + kGrey[1] * means[1] + kGrey[2] * means[2] + 0.5);
  };
  return {{"cvtColor, mean, convertTo",
           [=, grey = Mat()](const Mat& in, const Mat&, Mat& out) mutable {
             in.convertTo(out, CV_8U, factor, shiftOf(in, grey));
           }},
          {"mean, convertTo",
           [=](const Mat& in, const Mat&, Mat& out) { in.convertTo(out, CV_8U, factor, meanOf(in)); }},
          {"mean, LUT", [=, table = Mat(1, 256, CV_8U)](const Mat& in, const Mat&, Mat& out) mutable {
             const double shift = meanOf(in);
             for (int v = 0; v < 256; ++v)
               table.at<std::uint8_t>(v) = cv::saturate_cast<std::uint8_t>(factor * v + shift);
             cv::LUT(in, table, out);
           }}};
}

OpenCvCall filtered(const Mat& kernel) {
  return {"filter2D", [kernel](const Mat& in, const Mat&, Mat& out) { cv::filter2D(in, out, -1, kernel); }};
}

/// The kernel that smooths, with a 5 in its middle.
Mat smoothKernel() {
  Mat kernel = Mat::ones(3, 3, CV_32F) / 13;
  kernel.at<float>(1, 1) = 5.0F / 13;
  return kernel;
}

Calls sharpnessCalls(double factor) {
  Mat both = smoothKernel() * (1 - factor);
  both.at<float>(1, 1) += static_cast<float>(factor);
  return {filtered(both),
          {"filter2D, addWeighted",
           [factor, kernel = smoothKernel(), smooth = Mat()](const Mat& in, const Mat&, Mat& out) mutable {
             cv::filter2D(in, smooth, -1, kernel);
             cv::addWeighted(in, factor, smooth, 1 - factor, 0, out);
           }}};
}

Calls blurCalls() {
  Mat rim = Mat::ones(5, 5, CV_32F) / 16;
  rim(cv::Rect(1, 1, 3, 3)).setTo(0);
  return {filtered(rim)};
}

void putStretched(const Mat& channel, Mat& table, int c) {
  double low = 0, high = 0;
  cv::minMaxLoc(channel, &low, &high);
  for (int v = 0; v < 256; ++v)
    table.at<cv::Vec3b>(v)[c] =
        cv::saturate_cast<std::uint8_t>(high > low ? (v - low) * 255 / (high - low) : v);
}

Calls autocontrastCalls() {
  return {{"split, minMaxLoc, LUT",
           [parts = std::vector<Mat>(), table = Mat(1, 256, CV_8UC3)](const Mat& in, const Mat&,
                                                                      Mat& out) mutable {
             cv::split(in, parts);
             for (int c = 0; c < 3; ++c) putStretched(parts[static_cast<std::size_t>(c)], table, c);
             cv::LUT(in, table, out);
           }},
          {"split, minMaxLoc, convertTo, merge",
           [parts = std::vector<Mat>()](const Mat& in, const Mat&, Mat& out) mutable {
             cv::split(in, parts);
             for (Mat& part : parts) {
               double low = 0, high = 0;
               cv::minMaxLoc(part, &low, &high);
               const double scale = high > low ? 255 / (high - low) : 1;
               part.convertTo(part, CV_8U, scale, high > low ? -low * scale : 0);
             }
             cv::merge(parts, out);
           }}};
}

Calls equalizeCalls() {
  return {{"split, equalizeHist, merge",
           [parts = std::vector<Mat>()](const Mat& in, const Mat&, Mat& out) mutable {
             cv::split(in, parts);
             for (Mat& part : parts) cv::equalizeHist(part, part);
             cv::merge(parts, out);
           }}};
}

/// A copy with the box that our op paints painted.
Calls boxCalls(const OpCase& c, int side) {
  const bool inclusive = c.op->name == "cutout_abs";
  const PixelBox box =
      inclusive ? inclusiveBox(c.sampling.x * side, c.sampling.y * side, c.value, side, side)
                : centredBox(static_cast<int>(c.sampling.x * side), static_cast<int>(c.sampling.y * side),
                             static_cast<int>(c.value), side, side);
  const cv::Rect place(box.left, box.top, box.width(), box.height());
  const cv::Scalar colour = inclusive ? cv::Scalar(125, 123, 114) : cv::Scalar(125, 122, 113);
  return {{"copyTo, setTo",
           [=](const Mat& in, const Mat&, Mat& out) {
             in.copyTo(out);
             out(place).setTo(colour);
           }},
          {"copyTo, rectangle", [=](const Mat& in, const Mat&, Mat& out) {
             in.copyTo(out);
             cv::rectangle(out, place, colour, cv::FILLED);
           }}};
}

Calls mixCalls(double weight) {
  return {{"addWeighted", [weight](const Mat& in, const Mat& other, Mat& out) {
             cv::addWeighted(in, 1 - weight, other, weight, 0, out);
           }}};
}

Calls flipCalls(int axis) {
  return {{"flip", [axis](const Mat& in, const Mat&, Mat& out) { cv::flip(in, out, axis); }}};
}

/// Beside the look-up in a table.
Calls bytewiseCalls(const OpCase& c) {
  const std::string& name = c.op->name;
  if (name == "brightness") return {scaled(c.value, 0)};
  if (name == "identity") return {{"copyTo", [](const Mat& in, const Mat&, Mat& out) { in.copyTo(out); }}};
  if (name == "invert")
    return {{"bitwise_not", [](const Mat& in, const Mat&, Mat& out) { cv::bitwise_not(in, out); }}};
  if (name == "posterize")
    return {{"bitwise_and", [kept = cv::Scalar::all(256 - (1 << (8 - static_cast<int>(c.value))))](
                                const Mat& in, const Mat&, Mat& out) { cv::bitwise_and(in, kept, out); }}};
  return {};
}

}  // namespace

std::vector<OpenCvCall> openCvCalls(const OpCase& c, int side) {
  const std::string& name = c.op->name;
  if (c.op->geometric && c.op->hasValue) return moveCalls(c, side);
  if (name == "color") return colorCalls(c.value);
  if (name == "contrast") return contrastCalls(c.value);
  if (name == "sharpness") return sharpnessCalls(c.value);
  if (name == "autocontrast") return autocontrastCalls();
  if (name == "equalize") return equalizeCalls();
  if (name == "cutout" || name == "cutout_abs") return boxCalls(c, side);
  if (c.op->hasPartner) return mixCalls(c.value);
  if (name == "flip_lr") return flipCalls(1);
  if (name == "flip_ud") return flipCalls(0);
  if (name == "blur") return blurCalls();
  if (name == "smooth") return {filtered(smoothKernel())};
  if (c.op->lookUp != LookUp::fixed) return {};
  Calls calls = bytewiseCalls(c);
  calls.push_back(lookUp(c));
  return calls;
}

}  // namespace uada::cli
