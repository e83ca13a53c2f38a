#include "core/ops/Resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace uada {
namespace {

double bilinearWeight(double x) {
  x = std::fabs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double bicubicWeight(double x) {
  constexpr double a = -0.5;
  x = std::fabs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

/// Fills in which source pixels make each output pixel, and how much each counts.
void weigh(ResizeTaps& taps, int from, int to, Filter filter) {
  const auto weight = filter == Filter::bilinear ? bilinearWeight : bicubicWeight;
  const double scale = static_cast<double>(from) / to;
  const double width = std::max(scale, 1.0);
  const double reach = (filter == Filter::bilinear ? 1.0 : 2.0) * width;
  taps.stride = static_cast<int>(std::ceil(reach)) * 2 + 1;
  taps.first.resize(to);
  taps.count.resize(to);
  taps.weights.resize(static_cast<std::size_t>(to) * taps.stride);
  taps.exact.resize(taps.stride);
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(centre - reach + 0.5));
    const int count = std::min(from, static_cast<int>(centre + reach + 0.5)) - first;
    double sum = 0;
    for (int k = 0; k < count; ++k) sum += taps.exact[k] = weight((k + first - centre + 0.5) * (1.0 / width));
    std::int32_t* weights = taps.weights.data() + static_cast<std::size_t>(i) * taps.stride;
    for (int k = 0; k < count; ++k) {
      const double share = (sum != 0.0 ? taps.exact[k] / sum : taps.exact[k]) * (1 << kResizeBits);
      weights[k] = static_cast<std::int32_t>(share < 0 ? share - 0.5 : share + 0.5);
    }
    taps.first[i] = first;
    taps.count[i] = count;
  }
}

/// Both steps are summed up in double, as Pillow's affine scaling does.
void resizeNearest(ImageView in, const PixelBox& part, ImageSpan out) {
  const double stepX = static_cast<double>(part.width()) / out.width;
  const double stepY = static_cast<double>(part.height()) / out.height;
  double ys = stepY * 0.5;
  for (int y = 0; y < out.height; ++y, ys += stepY) {
    const std::uint8_t* from = in.row(part.top + std::min(static_cast<int>(ys), part.height() - 1));
    std::uint8_t* to = out.row(y);
    double xs = stepX * 0.5;
    for (int x = 0; x < out.width; ++x, xs += stepX, to += 3)
      std::memcpy(to, from + std::size_t{3} * (part.left + std::min(static_cast<int>(xs), part.width() - 1)),
                  3);
  }
}

/// Rounds halves to the even neighbour, as Python's round.
int rounded(double value) { return static_cast<int>(std::nearbyint(std::min(value, 2e9))); }

}  // namespace

void resize(ImageView in, const PixelBox& part, ImageSpan out, Filter filter, ResizeScratch& scratch) {
  if (filter == Filter::nearest) return resizeNearest(in, part, out);
  PixelRows rows{in.row(part.top) + std::size_t{3} * part.left, std::size_t{3} * in.width, part.width(),
                 part.height()};
  if (out.width != part.width()) {
    weigh(scratch.across, part.width(), out.width, filter);
    const std::size_t bytes = std::size_t{3} * out.width;
    scratch.rows.resize(bytes * part.height());
    scratch.room.resize(std::size_t{kRowsAtOnce} * 3 * part.width());
    simd::resizeAcross(rows, scratch.across, scratch.rows.data(), scratch.room.data());
    rows = {scratch.rows.data(), bytes, out.width, part.height()};
  }
  if (out.height == part.height()) {
    for (int y = 0; y < out.height; ++y) std::memcpy(out.row(y), rows.row(y), std::size_t{3} * out.width);
    return;
  }
  weigh(scratch.down, part.height(), out.height, filter);
  simd::resizeDown(rows, scratch.down, out.rgb);
}

Image resized(ImageView in, int width, int height, Filter filter) {
  Image out(width, height);
  ResizeScratch scratch;
  resize(in, {0, 0, in.width, in.height}, out.span(), filter, scratch);
  return out;
}

std::pair<int, int> shorterSideTo(int side, int width, int height) {
  const auto longer = static_cast<int>(static_cast<double>(std::int64_t{side} * std::max(width, height)) /
                                       std::min(width, height));
  return width <= height ? std::pair{side, longer} : std::pair{longer, side};
}

void centreCrop(ImageView in, ImageSpan out) {
  // First the padding that the image is too small for, then the crop of what it is too large for.
  const auto offset = [](int have, int want) {
    return want > have ? -((want - have) / 2) : rounded((have - want) / 2.0);
  };
  padCrop(in, out, offset(in.height, out.height), offset(in.width, out.width), 0);
}

std::pair<int, int> partOf(int width, int height, double area, double aspect) {
  const double pixels = static_cast<double>(width) * height * area;
  return {rounded(std::sqrt(pixels * aspect)), rounded(std::sqrt(pixels / aspect))};
}

PixelBox drawResizedCrop(Random& random, int width, int height, const ResizedCropRule& rule) {
  const double low = std::log(rule.minAspect), high = std::log(rule.maxAspect);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = rule.minArea + (rule.maxArea - rule.minArea) * random.uniform();
    const auto [w, h] = partOf(width, height, area, std::exp(low + (high - low) * random.uniform()));
    if (w <= 0 || w > width || h <= 0 || h > height) continue;
    const int top = static_cast<int>(random.below(static_cast<std::uint32_t>(height - h + 1)));
    const int left = static_cast<int>(random.below(static_cast<std::uint32_t>(width - w + 1)));
    return {left, top, left + w, top + h};
  }
  int w = width, h = height;
  const double aspect = static_cast<double>(width) / height;
  if (aspect < rule.minAspect) h = std::max(1, rounded(w / rule.minAspect));
  if (aspect > rule.maxAspect) w = std::max(1, rounded(h * rule.maxAspect));
  const int left = (width - w) / 2, top = (height - h) / 2;
  return {left, top, left + w, top + h};
}

}  // namespace uada
