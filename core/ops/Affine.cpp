#include "core/ops/Affine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace uada {
namespace {

using Colour = std::array<std::uint8_t, 3>;

void put(std::uint8_t* out, const std::uint8_t* colour) {
  out[0] = colour[0];
  out[1] = colour[1];
  out[2] = colour[2];
}

bool inside(double v, int size) { return v >= 0.0 && v < size; }

/// No rotation or shear: the source column depends on x alone, the row on y alone. Both are summed up in
/// double column by column, as Pillow does; a multiplication would round differently.
void nearestAligned(ImageView in, ImageSpan out, const Affine& a, const Colour& fill) {
  constexpr int kChunk = 256;
  std::array<int, kChunk> columns;
  double xs = a.x0 + a.xx * 0.5;
  for (int begin = 0; begin < out.width; begin += kChunk) {
    const int count = std::min(kChunk, out.width - begin);
    for (int i = 0; i < count; ++i, xs += a.xx) columns[i] = inside(xs, in.width) ? static_cast<int>(xs) : -1;
    double ys = a.y0 + a.yy * 0.5;
    for (int y = 0; y < out.height; ++y, ys += a.yy) {
      std::uint8_t* to = out.row(y) + std::size_t{3} * begin;
      const std::uint8_t* from = inside(ys, in.height) ? in.row(static_cast<int>(ys)) : nullptr;
      for (int i = 0; i < count; ++i) {
        put(to + 3 * i, from && columns[i] >= 0 ? from + std::size_t{3} * columns[i] : fill.data());
      }
    }
  }
}

bool fitsFixed(const Affine& a, int x, int y) {
  return std::fabs(x * a.xx + y * a.xy + a.x0) < 32768.0 && std::fabs(x * a.yx + y * a.yy + a.y0) < 32768.0;
}

std::int64_t fixed(double v) { return static_cast<std::int64_t>(std::floor(v * 65536.0 + 0.5)); }

/// 16.16 fixed point: the usual way of shear and rotation.
void nearestFixed(ImageView in, ImageSpan out, const Affine& a, const Colour& fill) {
  const std::int64_t xx = fixed(a.xx), xy = fixed(a.xy), yx = fixed(a.yx), yy = fixed(a.yy);
  std::int64_t rowX = fixed(a.x0 + a.xx * 0.5 + a.xy * 0.5);
  std::int64_t rowY = fixed(a.y0 + a.yx * 0.5 + a.yy * 0.5);
  for (int y = 0; y < out.height; ++y, rowX += xy, rowY += yy) {
    std::uint8_t* to = out.row(y);
    std::int64_t xs = rowX, ys = rowY;
    for (int x = 0; x < out.width; ++x, to += 3, xs += xx, ys += yx) {
      const std::int64_t column = xs >> 16, row = ys >> 16;
      const bool known = column >= 0 && column < in.width && row >= 0 && row < in.height;
      put(to, known ? in.row(static_cast<int>(row)) + 3 * column : fill.data());
    }
  }
}

/// For points that 16 bits cannot hold: images or shears of more than 32767 pixels.
void nearestDouble(ImageView in, ImageSpan out, const Affine& a, const Colour& fill) {
  double rowX = a.x0 + a.xy * 0.5 + a.xx * 0.5;
  double rowY = a.y0 + a.yy * 0.5 + a.yx * 0.5;
  for (int y = 0; y < out.height; ++y, rowX += a.xy, rowY += a.yy) {
    std::uint8_t* to = out.row(y);
    double xs = rowX, ys = rowY;
    for (int x = 0; x < out.width; ++x, to += 3, xs += a.xx, ys += a.yx) {
      const bool known = inside(xs, in.width) && inside(ys, in.height);
      put(to, known ? in.row(static_cast<int>(ys)) + std::size_t{3} * static_cast<int>(xs) : fill.data());
    }
  }
}

void nearest(ImageView in, ImageSpan out, const Affine& a, const Colour& fill) {
  if (a.xy == 0 && a.yx == 0) return nearestAligned(in, out, a, fill);
  const int w = out.width, h = out.height;
  const bool fits = fitsFixed(a, 0, 0) && fitsFixed(a, w, h) && fitsFixed(a, 0, h) && fitsFixed(a, w, 0);
  fits ? nearestFixed(in, out, a, fill) : nearestDouble(in, out, a, fill);
}

/// Rounds down a number that is -1 or more; std::floor is a call on the plainest processors.
int whole(double v) { return static_cast<int>(v) - (v < 0 ? 1 : 0); }

/// Where a source point lies among the pixels: rows and byte offsets of columns, clamped to the image, from
/// `first` pixels before the one at or below the point. The point lies inside the image.
template <int kTaps>
struct Neighbours {
  std::array<const std::uint8_t*, kTaps> rows;
  std::array<std::size_t, kTaps> columns;
  double dx, dy;

  Neighbours(ImageView in, double xs, double ys, int first) {
    const int left = whole(xs - 0.5), top = whole(ys - 0.5);
    dx = xs - 0.5 - left;
    dy = ys - 0.5 - top;
    for (int k = 0; k < kTaps; ++k) {
      rows[k] = in.row(std::clamp(top + first + k, 0, in.height - 1));
      columns[k] = std::size_t{3} * std::clamp(left + first + k, 0, in.width - 1);
    }
  }
};

double linear(double a, double b, double d) { return a + (b - a) * d; }

void bilinearPixel(ImageView in, double xs, double ys, std::uint8_t* out) {
  const Neighbours<2> n(in, xs, ys, 0);
  for (int c = 0; c < 3; ++c) {
    const double upper = linear(n.rows[0][n.columns[0] + c], n.rows[0][n.columns[1] + c], n.dx);
    const double lower = linear(n.rows[1][n.columns[0] + c], n.rows[1][n.columns[1] + c], n.dx);
    out[c] = static_cast<std::uint8_t>(linear(upper, lower, n.dy));
  }
}

/// The kernel with a = -1, in the order of operations that Pillow has.
double cubic(double v1, double v2, double v3, double v4, double d) {
  const double p2 = -v1 + v3;
  const double p3 = 2 * (v1 - v2) + v3 - v4;
  const double p4 = -v1 + v2 - v3 + v4;
  return v2 + d * (p2 + d * (p3 + d * p4));
}

void bicubicPixel(ImageView in, double xs, double ys, std::uint8_t* out) {
  const Neighbours<4> n(in, xs, ys, -1);
  for (int c = 0; c < 3; ++c) {
    // At a distance of 0, as in a shear along the other axis, the kernel gives the second value exactly.
    const auto across = [&](int k) -> double {
      const std::uint8_t* row = n.rows[k] + c;
      if (n.dx == 0) return row[n.columns[1]];
      return cubic(row[n.columns[0]], row[n.columns[1]], row[n.columns[2]], row[n.columns[3]], n.dx);
    };
    const double v = n.dy == 0 ? across(1) : cubic(across(0), across(1), across(2), across(3), n.dy);
    out[c] = static_cast<std::uint8_t>(std::clamp(v, 0.0, 255.0));
  }
}

template <auto pixel>
void interpolated(ImageView in, ImageSpan out, const Affine& a, const Colour& fill) {
  for (int y = 0; y < out.height; ++y) {
    std::uint8_t* to = out.row(y);
    for (int x = 0; x < out.width; ++x, to += 3) {
      const double xs = a.xx * (x + 0.5) + a.xy * (y + 0.5) + a.x0;
      const double ys = a.yx * (x + 0.5) + a.yy * (y + 0.5) + a.y0;
      if (inside(xs, in.width) && inside(ys, in.height)) {
        pixel(in, xs, ys, to);
      } else {
        put(to, fill.data());
      }
    }
  }
}

}  // namespace

void applyAffine(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling) {
  switch (sampling.filter.value_or(Filter::nearest)) {
    case Filter::nearest: return nearest(in, out, affine, sampling.fill);
    case Filter::bilinear: return interpolated<bilinearPixel>(in, out, affine, sampling.fill);
    case Filter::bicubic: return interpolated<bicubicPixel>(in, out, affine, sampling.fill);
  }
}

}  // namespace uada
