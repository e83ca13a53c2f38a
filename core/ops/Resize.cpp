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

/// Fills in which source pixels make some output pixels of one axis, and how much each counts.
/// from, to      pixels of the whole axis
/// begin, count  the output pixels that are wanted
template <class Weight>
void weigh(ResizeTaps& taps, int from, int to, int begin, int count, double support, const Weight& weight) {
  const double scale = static_cast<double>(from) / to;
  const double width = std::max(scale, 1.0), reach = support * width;
  taps.stride = static_cast<int>(std::ceil(reach)) * 2 + 1;
  taps.first.resize(count);
  taps.count.resize(count);
  taps.weights.resize(static_cast<std::size_t>(count) * taps.stride);
  taps.exact.resize(taps.stride);
  for (int i = 0; i < count; ++i) {
    const double centre = (begin + i + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(centre - reach + 0.5));
    const int length = std::min(from, static_cast<int>(centre + reach + 0.5)) - first;
    double sum = 0;
    for (int k = 0; k < length; ++k)
      sum += taps.exact[k] = weight((k + first - centre + 0.5) * (1.0 / width));
    std::int32_t* weights = taps.weights.data() + static_cast<std::size_t>(i) * taps.stride;
    for (int k = 0; k < length; ++k) {
      const double share = (sum != 0.0 ? taps.exact[k] / sum : taps.exact[k]) * (1 << kResizeBits);
      weights[k] = static_cast<std::int32_t>(share < 0 ? share - 0.5 : share + 0.5);
    }
    taps.first[i] = first;
    taps.count[i] = length;
  }
}

struct Stretch {
  int begin = 0, length = 0;
};

/// The source pixels that the wanted output pixels are made of; the taps count from the first of them.
Stretch wantedOf(ResizeTaps& taps, int from, int to, Stretch out, Filter filter) {
  filter == Filter::bilinear ? weigh(taps, from, to, out.begin, out.length, 1, bilinearWeight)
                             : weigh(taps, from, to, out.begin, out.length, 2, bicubicWeight);
  const int begin = taps.first.front(), end = taps.first.back() + taps.count.back();
  for (int& first : taps.first) first -= begin;
  return {begin, end - begin};
}

/// A window of the part resized to `whole`.
/// left, top  of the window in it
void resizeWindow(ImageView in, const PixelBox& part, ImageSize whole, int left, int top, ImageSpan out,
                  Filter filter, ResizeScratch& scratch) {
  const bool across = whole.width != part.width(), down = whole.height != part.height();
  Stretch columns{left, out.width}, lines{top, out.height};
  if (across) columns = wantedOf(scratch.across, part.width(), whole.width, columns, filter);
  if (down) lines = wantedOf(scratch.down, part.height(), whole.height, lines, filter);
  PixelRows rows{in.row(part.top + lines.begin) + std::size_t{3} * (part.left + columns.begin),
                 std::size_t{3} * in.width, columns.length, lines.length};
  const std::size_t bytes = std::size_t{3} * out.width;
  if (across) {
    scratch.rows.resize(bytes * lines.length);
    scratch.room.resize(std::size_t{kRowsAtOnce} * 3 * columns.length);
    simd::resizeAcross(rows, scratch.across, down ? scratch.rows.data() : out.rgb, scratch.room.data());
    rows = {scratch.rows.data(), bytes, out.width, lines.length};
  }
  if (down) return simd::resizeDown(rows, scratch.down, out.rgb);
  for (int y = 0; y < out.height && !across; ++y) std::memcpy(out.row(y), rows.row(y), bytes);
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
  resizeWindow(in, part, {out.width, out.height}, 0, 0, out, filter, scratch);
}

Image resized(ImageView in, int width, int height, Filter filter) {
  Image out(width, height);
  ResizeScratch scratch;
  resize(in, {0, 0, in.width, in.height}, out.span(), filter, scratch);
  return out;
}

std::pair<int, int> shorterSideTo(int side, int width, int height) {
  // At most what an int holds: an image of one row may be millions of times as wide as high.
  const auto longer = static_cast<int>(std::min(
      static_cast<double>(std::int64_t{side} * std::max(width, height)) / std::min(width, height), 2e9));
  return width <= height ? std::pair{side, longer} : std::pair{longer, side};
}

void centreCrop(ImageView in, ImageSpan out) {
  // First the padding that the image is too small for, then the crop of what it is too large for.
  const auto offset = [](int have, int want) {
    return want > have ? -((want - have) / 2) : rounded((have - want) / 2.0);
  };
  padCrop(in, out, offset(in.height, out.height), offset(in.width, out.width), 0);
}

void resizedCentre(ImageView in, ImageSpan out, ResizeScratch& scratch) {
  const int shorter = rounded(std::max(out.width, out.height) * 256.0 / 224);
  const auto [width, height] = shorterSideTo(shorter, in.width, in.height);
  const int left = rounded((width - out.width) / 2.0), top = rounded((height - out.height) / 2.0);
  resizeWindow(in, {0, 0, in.width, in.height}, {width, height}, left, top, out, Filter::bilinear, scratch);
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
