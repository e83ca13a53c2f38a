#include <algorithm>

#include "core/ops/Reference.h"
#include "core/ops/simd/Kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/ops/simd/Blend.cpp"
#include "hwy/foreach_target.h"
// After it.
#include "core/ops/simd/Bytes-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {
namespace {
#if UADA_PLAIN
using reference::color;
using reference::greySum;
using reference::mix;
#else
/// grey() of Blend.h. Two products at a time are added in 32 bits; the weight of green, too large for 16 bits
/// with sign, is halved and taken twice.
HWY_INLINE Whole luma(Whole red, Whole green, Whole blue) {
  const hn::Repartition<std::int16_t, Wholes> pairs;
  constexpr std::int32_t kGreen = 38470 / 2 << 16;
  const Whole high = hn::ShiftLeft<16>(green);
  const auto redGreen = hn::BitCast(pairs, hn::Or(red, high));
  const auto blueGreen = hn::BitCast(pairs, hn::Or(blue, high));
  const auto redWeights = hn::BitCast(pairs, hn::Set(Wholes(), kGreen | 19595));
  const auto blueWeights = hn::BitCast(pairs, hn::Set(Wholes(), kGreen | 7471));
  Whole unused = hn::Zero(Wholes());
  Whole sum = hn::Set(Wholes(), 32768);
  sum = hn::ReorderWidenMulAccumulate(Wholes(), redGreen, redWeights, sum, unused);
  sum = hn::ReorderWidenMulAccumulate(Wholes(), blueGreen, blueWeights, sum, unused);
  return hn::ShiftRight<16>(sum);
}

template <int k>
HWY_INLINE Whole lumaOf(Vector red, Vector green, Vector blue) {
  return luma(quarter<k>(red), quarter<k>(green), quarter<k>(blue));
}

void color(ImageView in, ImageSpan out, float factor) {
  const Single f = hn::Set(Singles(), factor);
  const bool done = covered(in.bytes() / 3, kBytes, [&](std::size_t i) {
    Vector red, green, blue;
    hn::LoadInterleaved3(Bytes(), in.rgb + 3 * i, red, green, blue);
    const Vector grey = joined(lumaOf<0>(red, green, blue), lumaOf<1>(red, green, blue),
                               lumaOf<2>(red, green, blue), lumaOf<3>(red, green, blue));
    hn::StoreInterleaved3(blended(grey, red, f), blended(grey, green, f), blended(grey, blue, f), Bytes(),
                          out.rgb + 3 * i);
  });
  if (!done) reference::color(in, out, factor);
}

/// Pixels of three bytes to one a lane, with green twice, in so many lanes as there are: red, green, blue,
/// green.
HWY_INLINE Vector spread(Vector pixels) {
#if HWY_TARGET <= HWY_AVX3_DL
  alignas(64) static constexpr auto kPlaces = [] {
    std::array<std::uint8_t, kBytes> places{};
    for (std::size_t k = 0; k < kBytes; k += 4)
      for (const std::size_t c : {0, 1, 2, 3})
        places[k + c] = static_cast<std::uint8_t>(k / 4 * 3 + (c == 3 ? 1 : c));
    return places;
  }();
  return Vector{_mm512_permutexvar_epi8(load(kPlaces.data()).raw, pixels.raw)};
#else
  alignas(16) static constexpr std::uint8_t kPlaces[] = {0, 1, 2, 1, 3, 4, 5, 4, 6, 7, 8, 7, 9, 10, 11, 10};
  alignas(64) static constexpr std::int32_t kLanes[] = {0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11};
  if constexpr (kBytes > 16) {
    const auto lanes = hn::SetTableIndices(Wholes(), kLanes);
    pixels = hn::BitCast(Bytes(), hn::TableLookupLanes(hn::BitCast(Wholes(), pixels), lanes));
  }
  return hn::TableLookupBytes(pixels, hn::LoadDup128(Bytes(), kPlaces));
#endif
}

/// grey() of spread() pixels.
HWY_INLINE Whole lumaOf(Vector spreadPixels) {
  const hn::Repartition<std::int16_t, Wholes> d;
  const auto bytes = hn::BitCast(hn::RebindToUnsigned<decltype(d)>(), spreadPixels);
  const auto redBlue = hn::BitCast(d, hn::And(bytes, hn::Set(hn::RebindToUnsigned<decltype(d)>(), 255)));
  const auto greens = hn::BitCast(d, hn::ShiftRight<8>(bytes));
  Whole unused = hn::Zero(Wholes());
  Whole sum = hn::Set(Wholes(), 32768);
  const auto weights = hn::BitCast(d, hn::Set(Wholes(), 7471 << 16 | 19595));
  sum = hn::ReorderWidenMulAccumulate(Wholes(), redBlue, weights, sum, unused);
  sum = hn::ReorderWidenMulAccumulate(Wholes(), greens, hn::Set(d, 38470 / 2), sum, unused);
  return hn::ShiftRight<16>(sum);
}

/// Adds the spread pixels of from[at..end-1], as long as a whole vector can be read.
HWY_INLINE Whole withLuma(Whole sum, const std::uint8_t* from, std::size_t& at, std::size_t end) {
  for (; at + kBytes <= end; at += kBytes / 4 * 3) sum = hn::Add(sum, lumaOf(spread(load(from + at))));
  return sum;
}

std::uint64_t greySum(ImageView image) {
  // So many bytes that their sum fits a lane.
  constexpr std::size_t kMost = kBytes << 16;
  const std::size_t bytes = image.bytes();
  std::uint64_t total = 0;
  std::size_t i = 0;
  for (bool last = false; !last;) {
    const std::size_t end = std::min(bytes, i + kMost);
    Whole sum = withLuma(hn::Zero(Wholes()), image.rgb, i, end);
    last = end == bytes;
    if (last) {  // black pixels, which add nothing, in place of what lies past the image
      std::uint8_t rest[2 * kBytes] = {};
      std::copy(image.rgb + i, image.rgb + bytes, rest);
      std::size_t at = 0;
      sum = withLuma(sum, rest, at, sizeof rest);
    }
    total += static_cast<std::uint32_t>(hn::GetLane(hn::SumOfLanes(Wholes(), sum)));
  }
  return total;
}

void mix(ImageView in, ImageView other, ImageSpan out, float factor) {
  // In vectors of 16 bytes the compiler does better by itself.
  if (kBytes < 32) return reference::mix(in, other, out, factor);
  const Single f = hn::Set(Singles(), factor);
  const bool done = covered(in.bytes(), kBytes, [&](std::size_t i) {
    store(blended(load(in.rgb + i), load(other.rgb + i), f), out.rgb + i);
  });
  if (!done) reference::mix(in, other, out, factor);
}
#endif
}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace uada {
HWY_EXPORT(color);
HWY_EXPORT(greySum);
HWY_EXPORT(mix);

void simd::color(ImageView in, ImageSpan out, float factor) { HWY_DYNAMIC_DISPATCH(color)(in, out, factor); }
std::uint64_t simd::greySum(ImageView image) { return HWY_DYNAMIC_DISPATCH(greySum)(image); }
void simd::mix(ImageView in, ImageView other, ImageSpan out, float factor) {
  HWY_DYNAMIC_DISPATCH(mix)(in, other, out, factor);
}
}  // namespace uada
#endif
