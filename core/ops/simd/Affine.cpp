#include <algorithm>
#include <cstring>

#include "core/ops/Pixels.h"
#include "core/ops/Reference.h"
#include "core/ops/simd/Kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/ops/simd/Affine.cpp"
#include "hwy/foreach_target.h"
// After it.
#include "core/ops/simd/Bytes-inl.h"
#include "core/ops/simd/Doubles-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {
namespace {
#if UADA_PLAIN
using reference::copyNearest;
using reference::interpolateLane;
#else
using Ints = hn::CappedTag<std::int32_t, 16>;
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

#endif
}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace uada {
HWY_EXPORT(copyNearest);
HWY_EXPORT(interpolateLane);

void simd::copyNearest(ImageView in, std::uint8_t* out, int count, const FixedSteps& steps) {
  HWY_DYNAMIC_DISPATCH(copyNearest)(in, out, count, steps);
}
void simd::interpolateLane(const LaneRow& row, Filter filter, std::uint8_t* out, int count) {
  HWY_DYNAMIC_DISPATCH(interpolateLane)(row, filter, out, count);
}
}  // namespace uada
#endif
