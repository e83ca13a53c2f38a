#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "core/ops/Neighbours.h"
#include "core/ops/Pixels.h"
#include "core/ops/Reference.h"

namespace uada::reference {
namespace {

bool inside(double v, int size) { return v >= 0.0 && v < size; }

void nearest(ImageView in, ImageSpan out, const Affine& a, const Colour& fill) {
  eachNearest(
      {a, {0, 0, in.width, in.height}, {out.width, out.height}}, [&](int y, int x, int row, int column) {
        put(out.row(y) + std::size_t{3} * x, row < 0 ? fill.data() : in.row(row) + std::size_t{3} * column);
      });
}

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
void interpolated(ImageView in, ImageSpan out, const Affine& a, const Colour& fill, const RowPart& part) {
  std::uint8_t* to = out.row(part.y) + std::size_t{3} * part.begin;
  for (int x = part.begin; x < part.end; ++x, to += 3) {
    const double xs = a.xx * (x + 0.5) + a.xy * (part.y + 0.5) + a.x0;
    const double ys = a.yx * (x + 0.5) + a.yy * (part.y + 0.5) + a.y0;
    if (inside(xs, in.width) && inside(ys, in.height)) {
      pixel(in, xs, ys, to);
    } else {
      put(to, fill.data());
    }
  }
}

}  // namespace

void interpolate(ImageView in, ImageSpan out, const Affine& a, const Sampling& sampling,
                 const RowPart& part) {
  sampling.filter == Filter::bicubic ? interpolated<bicubicPixel>(in, out, a, sampling.fill, part)
                                     : interpolated<bilinearPixel>(in, out, a, sampling.fill, part);
}

void applyAffine(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling) {
  const bool plain = sampling.filter.value_or(Filter::nearest) == Filter::nearest;
  if (plain) return nearest(in, out, affine, sampling.fill);
  for (int y = 0; y < out.height; ++y) interpolate(in, out, affine, sampling, {y, 0, out.width});
}

void copyNearest(ImageView in, std::uint8_t* out, int count, const FixedSteps& steps) {
  // Unsigned, since the step after the last may leave the range.
  auto x = static_cast<std::uint32_t>(steps.x), y = static_cast<std::uint32_t>(steps.y);
  for (int i = 0; i < count;
       ++i, x += static_cast<std::uint32_t>(steps.xStep), y += static_cast<std::uint32_t>(steps.yStep))
    put(out + std::size_t{3} * i, in.row(static_cast<int>(y >> 16)) + std::size_t{3} * (x >> 16));
}

void interpolateLane(const LaneRow& row, Filter filter, std::uint8_t* out, int count) {
  for (int i = 0; i < count; ++i) {
    const double at = (row.place[i] + row.shift) + row.start;
    const double d = (at - 0.5) - (row.base[i] + row.whole);
    if (row.fill && !(at >= 0.0 && at < row.limit)) {
      out[i] = static_cast<std::uint8_t>(row.fill[i]);
      continue;
    }
    const double v = filter == Filter::bicubic
                         ? cubic(row.taps[0][i], row.taps[1][i], row.taps[2][i], row.taps[3][i], d)
                         : linear(row.taps[0][i], row.taps[1][i], d);
    out[i] = static_cast<std::uint8_t>(std::clamp(v, 0.0, 255.0));
  }
}

}  // namespace uada::reference
