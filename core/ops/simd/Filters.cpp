#include <array>

#include "core/ops/Reference.h"
#include "core/ops/simd/Kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/ops/simd/Filters.cpp"
#include "hwy/foreach_target.h"
// After it.
#include "core/ops/simd/Bytes-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {
namespace {
#if UADA_PLAIN
using reference::blurRow;
using reference::reversePixels;
using reference::sharpenRow;
#else
using Halves = hn::Repartition<std::uint16_t, Bytes>;
using Half = hn::Vec<Halves>;

/// The bytes of even and of odd place as numbers of 16 bits: what unpacking gives, without a shuffle.
struct Sums {
  Half even, odd;
  explicit Sums(std::uint16_t start) : even(hn::Set(Halves(), start)), odd(even) {}
  HWY_INLINE void add(const std::uint8_t* from) {
    const Half both = hn::BitCast(Halves(), load(from));
    even = hn::Add(even, hn::And(both, hn::Set(Halves(), 255)));
    odd = hn::Add(odd, hn::ShiftRight<8>(both));
  }
  /// Four times.
  HWY_INLINE void add4(const std::uint8_t* from) {
    const Half both = hn::BitCast(Halves(), load(from));
    even = hn::Add(even, hn::ShiftLeft<2>(hn::And(both, hn::Set(Halves(), 255))));
    odd = hn::Add(odd, hn::ShiftLeft<2>(hn::ShiftRight<8>(both)));
  }
};

HWY_INLINE Vector joined(Half even, Half odd) {
  return hn::BitCast(Bytes(), hn::Or(even, hn::ShiftLeft<8>(odd)));
}

/// The 3x3 kernel (1 1 1; 1 5 1; 1 1 1) / 13 and a half, cut to a whole number. Pillow sums in single
/// precision; the sum lies at least 1/26 from a whole number, far more than that rounds, so that whole
/// numbers give the same: (sum + 6) / 13, by the reciprocal of 13.
HWY_INLINE Vector smoothed(const std::uint8_t* above, const std::uint8_t* here, const std::uint8_t* below) {
  Sums sums(6);
  for (const std::uint8_t* row : {above, here, below})
    for (int d = -3; d <= 3; d += 3) sums.add(row + d);
  sums.add4(here);
  const Half thirteenth = hn::Set(Halves(), 65536 / 13 + 1);
  return joined(hn::MulHigh(sums.even, thirteenth), hn::MulHigh(sums.odd, thirteenth));
}

void sharpenRow(ImageView in, ImageSpan out, int y, float factor) {
  const std::uint8_t *above = in.row(y - 1) + 3, *here = in.row(y) + 3, *below = in.row(y + 1) + 3;
  std::uint8_t* to = out.row(y) + 3;
  const Single f = hn::Set(Singles(), factor);
  const auto count = static_cast<std::size_t>(3 * (in.width - 2));
  const bool done =
      factor == 0 ? covered(count, kBytes,
                            [&](std::size_t i) { store(smoothed(above + i, here + i, below + i), to + i); })
                  : covered(count, kBytes, [&](std::size_t i) {
                      const Vector smooth = smoothed(above + i, here + i, below + i);
                      store(blended(smooth, load(here + i), f), to + i);
                    });
  if (!done) reference::sharpenRow(in, out, y, factor);
}

void blurRow(ImageView in, ImageSpan out, int y) {
  const std::uint8_t* rows[5];
  for (int k = 0; k < 5; ++k) rows[k] = in.row(y + k - 2) + 6;
  std::uint8_t* to = out.row(y) + 6;
  const bool done = covered(static_cast<std::size_t>(3 * (in.width - 4)), kBytes, [&](std::size_t i) {
    Sums sums(8);
    for (int d = -6; d <= 6; d += 3) {
      sums.add(rows[0] + i + d);
      sums.add(rows[4] + i + d);
    }
    for (int k = 1; k <= 3; ++k) {
      sums.add(rows[k] + i - 6);
      sums.add(rows[k] + i + 6);
    }
    store(joined(hn::ShiftRight<4>(sums.even), hn::ShiftRight<4>(sums.odd)), to + i);
  });
  if (!done) reference::blurRow(in, out, y);
}

void reversePixels(const std::uint8_t* in, std::uint8_t* out, std::size_t count) {
  std::size_t done = 0;
#if HWY_TARGET <= HWY_AVX3_DL
  // 21 pixels at a time; the rest and how it is done: below.
  constexpr std::size_t kMore = 21;
  static constexpr auto kOrder = [] {
    std::array<std::uint8_t, 64> order{};
    for (std::size_t i = 0; i < 3 * kMore; ++i)
      order[i] = static_cast<std::uint8_t>(1 + 3 * (kMore - 1 - i / 3) + i % 3);
    return order;
  }();
  const __m512i all = load(kOrder.data()).raw;
  for (; done + kMore < count; done += kMore) {
    const Vector pixels = load(in + 3 * (count - kMore - done) - 1);
    store(Vector{_mm512_permutexvar_epi8(all, pixels.raw)}, out + 3 * done);
  }
#endif
  // Five pixels at a time, with one byte too many before those that are read and behind those that are
  // written, which the next five put right.
  constexpr std::size_t kPixels = 5;
  const hn::Full128<std::uint8_t> d;
  alignas(16) constexpr std::uint8_t kPlaces[] = {13, 14, 15, 10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3, 0};
  const auto places = hn::Load(d, kPlaces);
  for (; done + kPixels < count; done += kPixels) {
    const auto pixels = hn::LoadU(d, in + 3 * (count - kPixels - done) - 1);
    hn::StoreU(hn::TableLookupBytes(pixels, places), d, out + 3 * done);
  }
  reference::reversePixels(in, out + 3 * done, count - done);
}
#endif
}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace uada {
HWY_EXPORT(blurRow);
HWY_EXPORT(reversePixels);
HWY_EXPORT(sharpenRow);

void simd::blurRow(ImageView in, ImageSpan out, int y) { HWY_DYNAMIC_DISPATCH(blurRow)(in, out, y); }
void simd::reversePixels(const std::uint8_t* in, std::uint8_t* out, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(reversePixels)(in, out, count);
}
void simd::sharpenRow(ImageView in, ImageSpan out, int y, float factor) {
  HWY_DYNAMIC_DISPATCH(sharpenRow)(in, out, y, factor);
}
}  // namespace uada
#endif
