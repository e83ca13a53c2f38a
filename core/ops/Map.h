#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/images/Image.h"
#include "core/ops/Crop.h"

namespace uada {

enum class Filter { nearest, bilinear, bicubic };

/// Output pixel (x, y) is read at source point (xx x + xy y + x0, yx x + yy y + y0); pixel centres lie at
/// halves.
struct Affine {
  double xx = 1, xy = 0, x0 = 0;
  double yx = 0, yy = 1, y0 = 0;
  friend bool operator==(const Affine&, const Affine&) = default;
};

/// The same map where whole numbers are the middles of pixels, as OpenCV counts; and the way back.
inline Affine middlesAtWhole(Affine a) {
  a.x0 += (a.xx + a.xy) / 2 - 0.5;
  a.y0 += (a.yx + a.yy) / 2 - 0.5;
  return a;
}
inline Affine middlesAtHalf(Affine a) {
  a.x0 -= (a.xx + a.xy) / 2 - 0.5;
  a.y0 -= (a.yx + a.yy) / 2 - 0.5;
  return a;
}

/// The same in 16.16 fixed point, from the centre of the first pixel on.
struct FixedAffine {
  std::int64_t xx, xy, x0;
  std::int64_t yx, yy, y0;
  explicit FixedAffine(const Affine& affine);
};

/// Whether 16 bits hold the whole part of all source points of an output of that size.
bool fitsFixed(const Affine& affine, int width, int height);

/// What is read at points outside the source.
enum class Edge : std::uint8_t {
  nothing,   ///< no pixel: a fill colour, an ignored label
  mirrored,  ///< the source mirrored about its outermost pixels, which are not repeated
  repeated,  ///< the nearest pixel
};

/// How the pixel nearest to a point is found: as the code does it that draws the picture.
enum class Nearest : std::uint8_t {
  pillow,    ///< Image.transform(AFFINE): the one that the point lies in
  cvResize,  ///< cv::resize: output pixel x reads floor(x * xx), half a step before the middle of what it
             ///< shows
  cvWarp,    ///< cv::warpAffine: the one whose middle is nearest, in 1/1024 of a pixel
};

/// Where the pixels of a picture come from: how a geometric op or part of a plan moves the image, and with it
/// its target.
struct Map {
  Affine affine;  ///< to a point of `part`
  PixelBox part;  ///< of the source image: what can be read; points count from its upper left corner
  ImageSize out;  ///< of the moved image
  Edge edge = Edge::nothing;
  Nearest nearest = Nearest::pillow;
  friend bool operator==(const Map&, const Map&) = default;
};

/// The map of an op: the whole of an image, which keeps its size.
inline Map mapOf(const Affine& affine, ImageSize size) {
  return {affine, {0, 0, size.width, size.height}, size};
}

namespace detail {

/// The pixel of a line of `size` at a point or place; -1: none.
template <class Number>
int pixelAt(Number at, int size, Edge edge) {
  if (at >= 0 && at < size) return static_cast<int>(at);
  if (edge == Edge::nothing) return -1;
  constexpr Number kFar = 1 << 30;
  const auto whole = static_cast<std::int64_t>(std::floor(std::clamp<Number>(at, -kFar, kFar)));
  return edge == Edge::mirrored ? reflected(whole, size)
                                : static_cast<int>(std::clamp<std::int64_t>(whole, 0, size - 1));
}

/// No rotation or shear: the source column depends on x alone, the row on y alone. Both are summed up in
/// double, pixel by pixel; a multiplication would round differently. find(y, x, row, column)
template <class Find>
void eachAligned(const Map& map, const Find& find) {
  const Affine& a = map.affine;
  double ys = a.y0 + a.yy * 0.5;
  for (int y = 0; y < map.out.height; ++y, ys += a.yy) {
    const int row = pixelAt(ys, map.part.height(), map.edge);
    double xs = a.x0 + a.xx * 0.5;
    for (int x = 0; x < map.out.width; ++x, xs += a.xx)
      find(y, x, row, pixelAt(xs, map.part.width(), map.edge));
  }
}

/// 16.16 fixed point: the usual way of shear and rotation.
template <class Find>
void eachFixed(const Map& map, const Find& find) {
  const FixedAffine f(map.affine);
  std::int64_t rowX = f.x0, rowY = f.y0;
  for (int y = 0; y < map.out.height; ++y, rowX += f.xy, rowY += f.yy) {
    std::int64_t xs = rowX, ys = rowY;
    for (int x = 0; x < map.out.width; ++x, xs += f.xx, ys += f.yx)
      find(y, x, pixelAt(ys >> 16, map.part.height(), map.edge),
           pixelAt(xs >> 16, map.part.width(), map.edge));
  }
}

/// For points that 16 bits cannot hold: images or shears of more than 32767 pixels.
template <class Find>
void eachDouble(const Map& map, const Find& find) {
  const Affine& a = map.affine;
  double rowX = a.x0 + a.xy * 0.5 + a.xx * 0.5, rowY = a.y0 + a.yy * 0.5 + a.yx * 0.5;
  for (int y = 0; y < map.out.height; ++y, rowX += a.xy, rowY += a.yy) {
    double xs = rowX, ys = rowY;
    for (int x = 0; x < map.out.width; ++x, xs += a.xx, ys += a.yx)
      find(y, x, pixelAt(ys, map.part.height(), map.edge), pixelAt(xs, map.part.width(), map.edge));
  }
}

/// What find(line) gives of each of the first lines.
template <class Find>
auto ofLines(int count, const Find& find) {
  std::vector<decltype(find(0))> found;
  found.reserve(static_cast<std::size_t>(count));
  for (int line = 0; line < count; ++line) found.push_back(find(line));
  return found;
}

/// Only the factors of the affine are read: 1 / fx and 1 / fy of the call.
template <class Find>
void eachOfCvResize(const Map& map, const Find& find) {
  const auto columns = ofLines(map.out.width, [&](int x) {
    return pixelAt(std::floor(x * map.affine.xx), map.part.width(), Edge::repeated);
  });
  for (int y = 0; y < map.out.height; ++y) {
    const int row = pixelAt(std::floor(y * map.affine.yy), map.part.height(), Edge::repeated);
    for (int x = 0; x < map.out.width; ++x) find(y, x, row, columns[static_cast<std::size_t>(x)]);
  }
}

/// Column and row of Nearest::cvWarp are sums of what the column and what the row of the output adds, each
/// rounded to 1/1024.
class CvWarp {
 public:
  explicit CvWarp(const Map& map) : map_(map) {
    const Affine a = middlesAtWhole(map.affine);
    const auto parts = [](double place) {
      return std::int64_t{std::llrint(std::clamp(place * 1024, -0x1p31, 0x1p31 - 1))};
    };
    acrossX_ = ofLines(map.out.width, [&](int x) { return parts(a.xx * x) + 512; });
    acrossY_ = ofLines(map.out.width, [&](int x) { return parts(a.yx * x) + 512; });
    downX_ = ofLines(map.out.height, [&](int y) { return parts(a.xy * y + a.x0); });
    downY_ = ofLines(map.out.height, [&](int y) { return parts(a.yy * y + a.y0); });
  }
  /// In the map's part; -1: none.
  int row(int y, int x) const {
    const std::int64_t sum = downY_[static_cast<std::size_t>(y)] + acrossY_[static_cast<std::size_t>(x)];
    return pixelAt(sum >> 10, map_.part.height(), map_.edge);
  }
  int column(int y, int x) const {
    const std::int64_t sum = downX_[static_cast<std::size_t>(y)] + acrossX_[static_cast<std::size_t>(x)];
    return pixelAt(sum >> 10, map_.part.width(), map_.edge);
  }

 private:
  Map map_;
  std::vector<std::int64_t> acrossX_, acrossY_, downX_, downY_;
};

template <class Find>
void eachOfCvWarp(const Map& map, const Find& find) {
  const CvWarp warp(map);
  for (int y = 0; y < map.out.height; ++y)
    for (int x = 0; x < map.out.width; ++x) find(y, x, warp.row(y, x), warp.column(y, x));
}

}  // namespace detail

/// Finds the source pixel nearest to each output pixel in the map's way; Pillow's is three ways, which differ
/// in rounding. It is what the op or part with Filter::nearest reads, to the bit.
/// put(y, x, row, column): of the output, then of the source image; row and column are -1 where there is none
template <class Put>
void eachNearest(const Map& map, const Put& put) {
  const Affine& a = map.affine;
  const auto find = [&](int y, int x, int row, int column) {
    const bool known = row >= 0 && column >= 0;
    put(y, x, known ? map.part.top + row : -1, known ? map.part.left + column : -1);
  };
  if (map.nearest == Nearest::cvResize) return detail::eachOfCvResize(map, find);
  if (map.nearest == Nearest::cvWarp) return detail::eachOfCvWarp(map, find);
  if (a.xy == 0 && a.yx == 0) return detail::eachAligned(map, find);
  fitsFixed(a, map.out.width, map.out.height) ? detail::eachFixed(map, find) : detail::eachDouble(map, find);
}

/// Moves a picture by a map. filter: of a whole image that keeps its size; else the nearest pixel is read.
/// in    the source that the map's part lies in
/// out   of the map's size, not the same memory
/// fill  where nothing is read
void warp(ImageView in, ImageSpan out, const Map& map, Filter filter, std::array<std::uint8_t, 3> fill);

}  // namespace uada
