#include <algorithm>
#include <cstring>

#include "core/ops/Neighbours.h"
#include "core/ops/Pixels.h"
#include "core/ops/Reference.h"
#include "core/ops/simd/Kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/ops/simd/Affine.cpp"
#include "hwy/foreach_target.h"
// After it.
#include "core/ops/simd/Bytes-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {
namespace {
#if UADA_PLAIN
using reference::copyNearest;
using reference::interpolate;
using reference::interpolateLane;
#else
using Ints = hn::CappedTag<std::int32_t, 16>;
using Doubles = hn::CappedTag<double, 8>;
using Double = hn::Vec<Doubles>;
/// As many as there are doubles in a vector.
using FewInts = hn::Rebind<std::int32_t, Doubles>;
using Narrow = hn::Rebind<std::uint8_t, Doubles>;

/// Copies pixels at byte offsets. Four bytes at a time, as far as neither image ends with the pixel.
HWY_INLINE void copyPixels(const std::uint8_t* in, const std::int32_t* offsets, int count,
                           std::uint8_t* out) {
  for (int i = 0; i < count - 1; ++i) std::memcpy(out + 3 * i, in + offsets[i], 4);
  put(out + 3 * (count - 1), in + offsets[count - 1]);
}

void copyNearest(ImageView in, std::uint8_t* out, int count, const FixedSteps& steps) {
  // A walk that touches the last pixel might read beyond it.
  const std::int64_t xEnd = steps.x + std::int64_t{count - 1} * steps.xStep;
  const std::int64_t yEnd = steps.y + std::int64_t{count - 1} * steps.yStep;
  const bool lastColumn = std::max<std::int64_t>(steps.x, xEnd) >> 16 == in.width - 1;
  const bool lastRow = std::max<std::int64_t>(steps.y, yEnd) >> 16 == in.height - 1;
  if (lastColumn && lastRow) return reference::copyNearest(in, out, count, steps);

  constexpr int kChunk = 64;
  const Ints d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  alignas(64) std::int32_t offsets[kChunk];
  const auto width = hn::Set(d, in.width);
  const auto number = hn::Iota(d, 0);
  auto x = hn::Add(hn::Set(d, steps.x), hn::Mul(number, hn::Set(d, steps.xStep)));
  auto y = hn::Add(hn::Set(d, steps.y), hn::Mul(number, hn::Set(d, steps.yStep)));
  // Unsigned, since the steps after the last may leave the range.
  const auto step = [&](std::int32_t one) {
    return hn::Set(d, static_cast<std::int32_t>(static_cast<std::uint32_t>(one) * lanes));
  };
  const auto xStep = step(steps.xStep), yStep = step(steps.yStep);
  for (int begin = 0; begin < count; begin += kChunk) {
    const int here = std::min(kChunk, count - begin);
    for (int i = 0; i < here; i += lanes, x = hn::Add(x, xStep), y = hn::Add(y, yStep)) {
      const auto pixel = hn::Add(hn::Mul(hn::ShiftRight<16>(y), width), hn::ShiftRight<16>(x));
      hn::Store(hn::Add(pixel, hn::Add(pixel, pixel)), d, offsets + i);
    }
    copyPixels(in.rgb, offsets, here, out + 3 * begin);
  }
}

HWY_INLINE hn::Vec<FewInts> loadWhole(const std::uint8_t* bytes) {
  return hn::PromoteTo(FewInts(), hn::LoadU(Narrow(), bytes));
}

/// The cubic kernel between v2 and v3 of whole numbers, whose sums are exact in any order; the rest is in the
/// order of operations that Pillow has.
template <class D, class V>
HWY_INLINE hn::Vec<D> cubicOf(D d, V v1, V v2, V v3, V v4, hn::Vec<D> at) {
  const V first = hn::Sub(v1, v2), second = hn::Sub(v3, v4);
  const auto p2 = hn::PromoteTo(d, hn::Sub(v3, v1));
  const auto p3 = hn::PromoteTo(d, hn::Add(hn::Add(first, first), second));
  const auto minusP4 = hn::PromoteTo(d, hn::Add(first, second));
  const auto inner = hn::Add(p2, hn::Mul(at, hn::Sub(p3, hn::Mul(at, minusP4))));
  return hn::Add(hn::PromoteTo(d, v2), hn::Mul(at, inner));
}

HWY_INLINE Double cubic(const LaneRow& row, int i, Double at) {
  return cubicOf(Doubles(), loadWhole(row.taps[0] + i), loadWhole(row.taps[1] + i),
                 loadWhole(row.taps[2] + i), loadWhole(row.taps[3] + i), at);
}

HWY_INLINE Double linear(const LaneRow& row, int i, Double at) {
  const auto v1 = loadWhole(row.taps[0] + i), v2 = loadWhole(row.taps[1] + i);
  const Double slope = hn::PromoteTo(Doubles(), hn::Sub(v2, v1));
  return hn::Add(hn::PromoteTo(Doubles(), v1), hn::Mul(slope, at));
}

/// One vector of bytes from place i on.
template <bool kCubic, bool kFilled>
HWY_INLINE hn::Vec<Narrow> lanesAt(const LaneRow& row, int i) {
  const Doubles d;
  const Double at =
      hn::Add(hn::Add(hn::LoadU(d, row.place + i), hn::Set(d, row.shift)), hn::Set(d, row.start));
  const Double below = hn::Add(hn::LoadU(d, row.base + i), hn::Set(d, row.whole));
  const Double part = hn::Sub(hn::Sub(at, hn::Set(d, 0.5)), below);
  Double v = kCubic ? cubic(row, i, part) : linear(row, i, part);
  if constexpr (kFilled) {
    const auto inside = hn::And(hn::Ge(at, hn::Zero(d)), hn::Lt(at, hn::Set(d, row.limit)));
    v = hn::IfThenElse(inside, v, hn::LoadU(d, row.fill + i));
  }
  return hn::DemoteTo(Narrow(), hn::DemoteTo(FewInts(), v));
}

template <bool kCubic, bool kFilled>
HWY_NOINLINE void interpolated(const LaneRow& borrowed, std::uint8_t* HWY_RESTRICT out, int count) {
  const LaneRow row = borrowed;  // A copy of its own, which no byte written can change.
  const int lanes = static_cast<int>(hn::Lanes(Doubles()));
  static_assert(hn::MaxLanes(Doubles()) <= LaneRow::kSpare);
  int i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(lanesAt<kCubic, kFilled>(row, i), Narrow(), out + i);
  if (i == count) return;
  std::uint8_t rest[LaneRow::kSpare];
  hn::StoreU(lanesAt<kCubic, kFilled>(row, i), Narrow(), rest);
  std::memcpy(out + i, rest, static_cast<std::size_t>(count - i));
}

void interpolateLane(const LaneRow& row, Filter filter, std::uint8_t* out, int count) {
  if (filter == Filter::bicubic) {
    row.fill ? interpolated<true, true>(row, out, count) : interpolated<true, false>(row, out, count);
  } else {
    row.fill ? interpolated<false, true>(row, out, count) : interpolated<false, false>(row, out, count);
  }
}

#if HWY_TARGET > HWY_AVX2
// Vectors of two doubles hold no pixel.
using reference::interpolate;
#else
/// The three channels of a pixel, and a fourth lane that is of no use.
using Pixels = hn::CappedTag<double, 4>;
using Pixel = hn::Vec<Pixels>;
using PixelInts = hn::Rebind<std::int32_t, Pixels>;
using PixelBytes = hn::Rebind<std::uint8_t, Pixels>;

/// Four bytes of memory.
HWY_INLINE hn::Vec<PixelInts> pixelAt(const std::uint8_t* rgb) {
  return hn::PromoteTo(PixelInts(), hn::LoadU(PixelBytes(), rgb));
}

/// The cubic kernel in the order of operations that Pillow has.
HWY_INLINE Pixel cubic(Pixel v1, Pixel v2, Pixel v3, Pixel v4, Pixel at) {
  const Pixel first = hn::Sub(v1, v2);
  const Pixel p2 = hn::Sub(v3, v1);
  const Pixel p3 = hn::Sub(hn::Add(hn::Add(first, first), v3), v4);
  const Pixel p4 = hn::Add(hn::Sub(hn::Sub(v2, v1), v3), v4);
  return hn::Add(v2, hn::Mul(at, hn::Add(p2, hn::Mul(at, hn::Add(p3, hn::Mul(at, p4))))));
}

HWY_INLINE Pixel mixed(const Neighbours<4>& n) {
  const Pixels d;
  const Pixel dx = hn::Set(d, n.dx);
  Pixel across[4];
  for (int k = 0; k < 4; ++k) {
    const std::uint8_t* row = n.rows[k];
    across[k] = cubicOf(d, pixelAt(row + n.columns[0]), pixelAt(row + n.columns[1]),
                        pixelAt(row + n.columns[2]), pixelAt(row + n.columns[3]), dx);
  }
  const Pixel v = cubic(across[0], across[1], across[2], across[3], hn::Set(d, n.dy));
  return hn::Min(hn::Max(v, hn::Zero(d)), hn::Set(d, 255.0));
}

HWY_INLINE Pixel mixed(const Neighbours<2>& n) {
  const Pixels d;
  Pixel across[2];
  for (int k = 0; k < 2; ++k) {
    const auto left = pixelAt(n.rows[k] + n.columns[0]), right = pixelAt(n.rows[k] + n.columns[1]);
    const Pixel slope = hn::PromoteTo(d, hn::Sub(right, left));
    across[k] = hn::Add(hn::PromoteTo(d, left), hn::Mul(slope, hn::Set(d, n.dx)));
  }
  return hn::Add(across[0], hn::Mul(hn::Sub(across[1], across[0]), hn::Set(d, n.dy)));
}

template <int kTaps>
void interpolated(ImageView in, ImageSpan out, const Affine& a, const Sampling& sampling,
                  const RowPart& part) {
  const Colour fill = sampling.fill;
  const std::uint8_t* last = in.row(in.height - 1);
  const std::size_t lastColumn = std::size_t{3} * (in.width - 1);
  for (int x = part.begin; x < part.end; ++x) {
    std::uint8_t* to = out.row(part.y) + std::size_t{3} * x;
    const double xs = a.xx * (x + 0.5) + a.xy * (part.y + 0.5) + a.x0;
    const double ys = a.yx * (x + 0.5) + a.yy * (part.y + 0.5) + a.y0;
    if (!(xs >= 0.0 && xs < in.width && ys >= 0.0 && ys < in.height)) {
      put(to, fill.data());
      continue;
    }
    const Neighbours<kTaps> n(in, xs, ys, kTaps == 4 ? -1 : 0);
    // The last pixel of the image has no fourth byte.
    if (n.rows.back() == last && n.columns.back() == lastColumn) {
      reference::interpolate(in, out, a, sampling, {part.y, x, x + 1});
      continue;
    }
    std::uint8_t bytes[4];
    hn::StoreU(hn::DemoteTo(PixelBytes(), hn::DemoteTo(PixelInts(), mixed(n))), PixelBytes(), bytes);
    put(to, bytes);
  }
}

void interpolate(ImageView in, ImageSpan out, const Affine& a, const Sampling& sampling,
                 const RowPart& part) {
  sampling.filter == Filter::bicubic ? interpolated<4>(in, out, a, sampling, part)
                                     : interpolated<2>(in, out, a, sampling, part);
}
#endif
#endif
}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace uada {
HWY_EXPORT(copyNearest);
HWY_EXPORT(interpolate);
HWY_EXPORT(interpolateLane);

void simd::copyNearest(ImageView in, std::uint8_t* out, int count, const FixedSteps& steps) {
  HWY_DYNAMIC_DISPATCH(copyNearest)(in, out, count, steps);
}
void simd::interpolate(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling,
                       const RowPart& part) {
  HWY_DYNAMIC_DISPATCH(interpolate)(in, out, affine, sampling, part);
}
void simd::interpolateLane(const LaneRow& row, Filter filter, std::uint8_t* out, int count) {
  HWY_DYNAMIC_DISPATCH(interpolateLane)(row, filter, out, count);
}
}  // namespace uada
#endif
