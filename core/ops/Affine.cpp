#include "core/ops/Affine.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "core/ops/Pixels.h"
#include "core/ops/Reference.h"
#include "core/ops/simd/Kernels.h"

namespace uada {
namespace {

std::int64_t fixed(double v) { return static_cast<std::int64_t>(std::floor(v * 65536.0 + 0.5)); }

/// A part of a row: places begin..end-1.
struct Run {
  int begin = 0, end = 0;
};

/// Where start + x step >= bound first holds, for x = 0..count; count if nowhere. step > 0, inverse = 1 /
/// step
int firstFrom(std::int64_t start, std::int64_t step, double inverse, std::int64_t bound, int count) {
  const double guess = static_cast<double>(bound - start) * inverse;
  std::int64_t x = static_cast<std::int64_t>(std::clamp(guess, 0.0, static_cast<double>(count)));
  // At most one off, so that two corrections without jumps are enough.
  x -= x > 0 && start + (x - 1) * step >= bound;
  x += x < count && start + x * step < bound;
  return static_cast<int>(x);
}

/// Finds where a coordinate that moves evenly lies in 0..size-1; all in 16.16.
struct InsideRun {
  std::int64_t step, limit;
  double inverse;
  int count;

  InsideRun(std::int64_t step, int size, int count)
      : step(step),
        limit(std::int64_t{size} << 16),
        inverse(1.0 / std::fabs(static_cast<double>(step))),
        count(count) {}

  Run of(std::int64_t start) const {
    if (step == 0) return {0, start >= 0 && start < limit ? count : 0};
    if (step > 0) return {first(start, 0), first(start, limit)};
    return {first(-start, 1 - limit), first(-start, 1)};
  }
  int first(std::int64_t start, std::int64_t bound) const {
    return firstFrom(start, std::abs(step), inverse, bound, count);
  }
};

/// 16.16 fixed point: the usual way of shear and rotation.
void nearestFixed(ImageView in, ImageSpan out, const Affine& a, const Colour& fill) {
  const FixedAffine f(a);
  // A small image is filled at once: cheaper than two ends of each row.
  constexpr std::size_t kSmall = 16384;
  const bool filled = out.bytes() <= kSmall;
  if (filled) fillPixels(out.rgb, out.width * out.height, fill);
  const InsideRun columns(f.xx, in.width, out.width), rows(f.yx, in.height, out.width);
  std::int64_t xs = f.x0, ys = f.y0;
  for (int y = 0; y < out.height; ++y, xs += f.xy, ys += f.yy) {
    const Run across = columns.of(xs), down = rows.of(ys);
    const int begin = std::max(across.begin, down.begin),
              end = std::max(begin, std::min(across.end, down.end));
    std::uint8_t* to = out.row(y);
    if (!filled) {
      fillPixels(to, begin, fill);
      fillPixels(to + std::size_t{3} * end, out.width - end, fill);
    }
    if (begin == end) continue;
    const std::int64_t column = (xs + begin * f.xx) >> 16, row = (ys + begin * f.yx) >> 16;
    if (f.xx == 65536 && f.yx == 0) {
      std::memcpy(to + std::size_t{3} * begin, in.row(static_cast<int>(row)) + 3 * column,
                  std::size_t{3} * (end - begin));
    } else {
      simd::copyNearest(in, to + std::size_t{3} * begin, end - begin,
                        {static_cast<std::int32_t>(xs + begin * f.xx), static_cast<std::int32_t>(f.xx),
                         static_cast<std::int32_t>(ys + begin * f.yx), static_cast<std::int32_t>(f.yx)});
    }
  }
}

/// Where an image of `size` lies in a row or column of `count` whose first place is read at `start` and the
/// others one further each. Pillow adds the ones in double: false if that might round.
bool movedRun(double start, int size, int count, Run& run, int& source) {
  if (std::max(size, count) > kMostSteady) return false;
  if (!isAwayFromWhole(start) && !hasFewDigits(start)) return false;
  const int first = static_cast<int>(std::floor(start));
  run.begin = std::clamp(-first, 0, count);
  run.end = std::clamp(size - first, run.begin, count);
  source = first + run.begin;
  return true;
}

/// Neither turned nor scaled: rows of one run each. Returns whether it was so.
bool moved(ImageView in, ImageSpan out, const Affine& a, const Colour& fill) {
  if (a.xx != 1 || a.yy != 1) return false;
  Run across, down;
  int column = 0, row = 0;
  if (!movedRun(a.x0 + a.xx * 0.5, in.width, out.width, across, column)) return false;
  if (!movedRun(a.y0 + a.yy * 0.5, in.height, out.height, down, row)) return false;
  if (across.begin == across.end) down.end = down.begin;
  fillPixels(out.rgb, down.begin * out.width, fill);
  fillPixels(out.row(down.end), (out.height - down.end) * out.width, fill);
  if (down.begin == down.end) return true;
  const std::uint8_t* from = in.row(row) + std::size_t{3} * column;
  if (across.begin == 0 && across.end == in.width) {
    std::memcpy(out.row(down.begin), from, std::size_t{3} * in.width * (down.end - down.begin));
    return true;
  }
  for (int y = down.begin; y < down.end; ++y, from += std::size_t{3} * in.width) {
    std::uint8_t* to = out.row(y);
    fillPixels(to, across.begin, fill);
    std::memcpy(to + std::size_t{3} * across.begin, from, std::size_t{3} * (across.end - across.begin));
    fillPixels(to + std::size_t{3} * across.end, out.width - across.end, fill);
  }
  return true;
}

/// Whether offsets of pixels, and places in 16.16, fit into 31 bits.
bool small(ImageView in) {
  constexpr int kMost = 1 << 14;
  return in.width <= kMost && in.height <= kMost && in.bytes() < std::size_t{1} << 31;
}

void nearest(ImageView in, ImageSpan out, const Affine& a, const Sampling& sampling) {
  if (a.xy == 0 && a.yx == 0) {
    if (moved(in, out, a, sampling.fill)) return;
  } else if (small(in) && fitsFixed(a, out.width, out.height)) {
    return nearestFixed(in, out, a, sampling.fill);
  }
  reference::applyAffine(in, out, a, sampling);
}

}  // namespace

FixedAffine::FixedAffine(const Affine& a)
    : xx(fixed(a.xx)),
      xy(fixed(a.xy)),
      x0(fixed(a.x0 + a.xx * 0.5 + a.xy * 0.5)),
      yx(fixed(a.yx)),
      yy(fixed(a.yy)),
      y0(fixed(a.y0 + a.yx * 0.5 + a.yy * 0.5)) {}

bool fitsFixed(const Affine& a, int width, int height) {
  const auto fits = [&a](int x, int y) {
    return std::fabs(x * a.xx + y * a.xy + a.x0) < 32768.0 && std::fabs(x * a.yx + y * a.yy + a.y0) < 32768.0;
  };
  return fits(0, 0) && fits(width, height) && fits(0, height) && fits(width, 0);
}

void warp(ImageView in, ImageSpan out, const Map& map, Filter filter, std::array<std::uint8_t, 3> fill) {
  const Map whole = mapOf(map.affine, {in.width, in.height});
  if (map == whole) {
    Sampling sampling;
    sampling.fill = fill;
    sampling.filter = filter;
    return applyAffine(in, out, map.affine, sampling);
  }
  eachNearest(map, [&](int y, int x, int row, int column) {
    put(out.row(y) + std::size_t{3} * x, row < 0 ? fill.data() : in.row(row) + std::size_t{3} * column);
  });
}

void applyAffine(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling) {
  if (sampling.filter.value_or(Filter::nearest) == Filter::nearest) return nearest(in, out, affine, sampling);
  if (interpolatedAlongAxis(in, out, affine, sampling)) return;
  for (int y = 0; y < out.height; ++y) simd::interpolate(in, out, affine, sampling, {y, 0, out.width});
}

}  // namespace uada
