#include <algorithm>
#include <array>
#include <cstring>

#include "core/ops/Affine.h"
#include "core/ops/Pixels.h"
#include "core/ops/Reference.h"
#include "core/ops/simd/Kernels.h"

// Interpolation along one axis: the other coordinate stays on pixel centres, where the kernels give the pixel
// itself. A strip of a row is brought into such an order that the taps of neighbouring bytes are neighbours;
// then one loop over bytes does for both axes.

namespace uada {
namespace {

constexpr int kStrip = 128;  ///< pixels done at a time, to keep all on the stack
constexpr int kLanes = 3 * kStrip + LaneRow::kSpare;
constexpr int kMostTaps = 4;

struct alignas(64) Lanes : std::array<double, kLanes> {};

/// What both axes need: where the bytes of a strip read, and how.
struct Strip {
  const Affine& affine;
  const Sampling& sampling;
  int taps;                  ///< 2 or 4
  int first;                 ///< tap relative to the pixel at or below the point
  int begin = 0, count = 0;  ///< pixels
  Lanes place, base, fill;

  Strip(const Affine& a, const Sampling& s, int width)
      : affine(a), sampling(s), taps(s.filter == Filter::bicubic ? 4 : 2), first(taps == 4 ? -1 : 0) {
    const int used = 3 * std::min(width, kStrip);
    for (int i = 0; i < used + LaneRow::kSpare; ++i) fill[i] = s.fill[static_cast<std::size_t>(i % 3)];
    std::fill_n(place.begin() + used, LaneRow::kSpare, 0.0);
    std::fill_n(base.begin() + used, LaneRow::kSpare, 0.0);
  }
  void put(Lanes& lanes, int pixel, double v) const {
    for (int c = 0; c < 3; ++c) lanes[static_cast<std::size_t>(3 * pixel + c)] = v;
  }
};

/// Whether rounding leaves the whole part of (place + shift) + start as it would be without.
bool isSteady(double shift, double start) {
  return isAwayFromWhole(shift + start) || (hasFewDigits(shift) && hasFewDigits(start));
}

/// Columns begin..begin+count-1 of a row, the outermost repeated beyond its ends.
void copyColumns(const std::uint8_t* row, int width, int begin, int count, std::uint8_t* out) {
  for (; count > 0 && begin < 0; ++begin, --count, out += 3) put(out, row);
  const int inside = std::clamp(width - begin, 0, count);
  std::memcpy(out, row + std::size_t{3} * begin, std::size_t{3} * inside);
  for (int i = inside; i < count; ++i) put(out + std::size_t{3} * i, row + std::size_t{3} * (width - 1));
}

/// The first x of begin..end whose coordinate is not below the bound; coordinates rise with x.
template <class Coordinate>
int firstFrom(const Coordinate& at, double bound, int begin, int end) {
  int x = static_cast<int>(std::clamp(bound - at(0), double(begin), double(end)));
  while (x > begin && at(x - 1) >= bound) --x;
  while (x < end && at(x) < bound) ++x;
  return x;
}

/// One strip of row y, where x moves. A row whose source columns rounding might change is done pixel by
/// pixel.
void stripAcross(ImageView in, ImageSpan out, const Strip& strip, int y) {
  const Affine& a = strip.affine;
  const double shift = a.xy * (y + 0.5);
  const int end = strip.begin + strip.count;
  if (!isSteady(shift, a.x0)) {
    reference::interpolate(in, out, a, strip.sampling, {y, strip.begin, end});
    return;
  }
  const auto at = [&](int x) { return ((x + 0.5) + shift) + a.x0; };
  const int first = firstFrom(at, 0, strip.begin, end), last = firstFrom(at, in.width, first, end);
  std::uint8_t* to = out.row(y);
  fillPixels(to + std::size_t{3} * strip.begin, first - strip.begin, strip.sampling.fill);
  fillPixels(to + std::size_t{3} * last, end - last, strip.sampling.fill);
  if (first == last) return;

  const int whole = wholeOf(shift + a.x0);
  std::array<std::uint8_t, 3 * (kStrip + kMostTaps) + LaneRow::kSpare> bytes;
  copyColumns(in.row(y), in.width, first + whole + strip.first, last - first + strip.taps - 1, bytes.data());
  const int lane = 3 * (first - strip.begin);
  LaneRow row{{},
              strip.place.data() + lane,
              strip.base.data() + lane,
              nullptr,
              shift,
              a.x0,
              double(whole),
              double(in.width)};
  for (int k = 0; k < strip.taps; ++k) row.taps[k] = bytes.data() + 3 * k;
  simd::interpolateLane(row, *strip.sampling.filter, to + std::size_t{3} * first, 3 * (last - first));
}

void across(ImageView in, ImageSpan out, const Affine& a, const Sampling& sampling) {
  Strip strip(a, sampling, out.width);
  for (; strip.begin < out.width; strip.begin += kStrip) {
    strip.count = std::min(kStrip, out.width - strip.begin);
    for (int i = 0; i < strip.count; ++i) {
      strip.put(strip.place, i, strip.begin + i + 0.5);
      strip.put(strip.base, i, strip.begin + i);
    }
    for (int y = 0; y < out.height; ++y) stripAcross(in, out, strip, y);
  }
}

/// Pixels of a strip that are all read from the same distance of rows.
struct Run {
  int begin, end, rows;
};

struct Runs {
  std::array<Run, kStrip> all;
  int count = 0;
  std::array<int, kStrip> unsteady;  ///< pixels of the strip to be done one by one
  int unsteadyCount = 0;
};

void copyRun(const std::uint8_t* from, std::uint8_t* to, int bytes) {
  if (bytes < 8) {
    for (int i = 0; i < bytes; i += 3) put(to + i, from + i);
    return;
  }
  for (int i = 0; i + 8 <= bytes; i += 8) std::memcpy(to + i, from + i, 8);
  std::memcpy(to + bytes - 8, from + bytes - 8, 8);
}

/// A row of the strip with each run taken from its own distance of row y, clamped to the image.
void shearedRow(ImageView in, const Strip& strip, const Runs& runs, int y, std::uint8_t* out) {
  for (int r = 0; r < runs.count; ++r) {
    const Run& run = runs.all[static_cast<std::size_t>(r)];
    const std::uint8_t* from = in.row(std::clamp(y + run.rows, 0, in.height - 1));
    copyRun(from + std::size_t{3} * (strip.begin + run.begin), out + 3 * run.begin,
            3 * (run.end - run.begin));
  }
}

/// Where each column of the strip reads, where y moves.
void prepareDown(Strip& strip, Runs& runs) {
  const Affine& a = strip.affine;
  runs.count = runs.unsteadyCount = 0;
  for (int i = 0; i < strip.count; ++i) {
    const double shift = a.yx * (strip.begin + i + 0.5);
    const bool steady = isSteady(shift, a.y0);
    if (!steady) runs.unsteady[static_cast<std::size_t>(runs.unsteadyCount++)] = i;
    const int rows = steady ? wholeOf(shift + a.y0) : 0;
    strip.put(strip.place, i, shift);
    strip.put(strip.base, i, rows);
    if (runs.count > 0 && runs.all[static_cast<std::size_t>(runs.count - 1)].rows == rows) {
      runs.all[static_cast<std::size_t>(runs.count - 1)].end = i + 1;
    } else {
      runs.all[static_cast<std::size_t>(runs.count++)] = {i, i + 1, rows};
    }
  }
}

void stripDown(ImageView in, ImageSpan out, const Strip& strip, const Runs& runs) {
  std::array<std::array<std::uint8_t, kLanes>, kMostTaps> ring;
  const auto rowOf = [&](int y) {
    return ring[static_cast<std::size_t>(y - strip.first) % kMostTaps].data();
  };
  for (int k = 0; k < strip.taps - 1; ++k)
    shearedRow(in, strip, runs, strip.first + k, rowOf(strip.first + k));
  for (int y = 0; y < out.height; ++y) {
    const int last = y + strip.first + strip.taps - 1;
    shearedRow(in, strip, runs, last, rowOf(last));
    LaneRow row{{},      strip.place.data(), strip.base.data(), strip.fill.data(),
                y + 0.5, strip.affine.y0,    double(y),         double(in.height)};
    for (int k = 0; k < strip.taps; ++k) row.taps[k] = rowOf(y + strip.first + k);
    simd::interpolateLane(row, *strip.sampling.filter, out.row(y) + std::size_t{3} * strip.begin,
                          3 * strip.count);
    for (int i = 0; i < runs.unsteadyCount; ++i) {
      const int x = strip.begin + runs.unsteady[static_cast<std::size_t>(i)];
      reference::interpolate(in, out, strip.affine, strip.sampling, {y, x, x + 1});
    }
  }
}

void down(ImageView in, ImageSpan out, const Affine& a, const Sampling& sampling) {
  Strip strip(a, sampling, out.width);
  Runs runs;
  for (; strip.begin < out.width; strip.begin += kStrip) {
    strip.count = std::min(kStrip, out.width - strip.begin);
    prepareDown(strip, runs);
    stripDown(in, out, strip, runs);
  }
}

}  // namespace

bool interpolatedAlongAxis(ImageView in, ImageSpan out, const Affine& a, const Sampling& sampling) {
  // Larger sums lose digits that isSteady() counts on.
  if (a.xx != 1 || a.yy != 1 || std::max(in.width, in.height) > kMostSteady) return false;
  if (a.yx == 0 && a.y0 == 0) {
    across(in, out, a, sampling);
  } else if (a.xy == 0 && a.x0 == 0) {
    down(in, out, a, sampling);
  } else {
    return false;
  }
  return true;
}

}  // namespace uada
