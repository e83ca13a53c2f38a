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

std::uint64_t greySum(ImageView image) {
  // So many that no lane overflows.
  constexpr std::size_t kMost = std::size_t{1} << 20;
  const std::size_t pixels = image.bytes() / 3;
  std::uint64_t total = 0;
  std::size_t i = 0;
  while (i + kBytes <= pixels) {
    Whole sum = hn::Zero(Wholes());
    for (const std::size_t end = std::min(pixels, i + kMost); i + kBytes <= end; i += kBytes) {
      Vector red, green, blue;
      hn::LoadInterleaved3(Bytes(), image.rgb + 3 * i, red, green, blue);
      const Whole lower = hn::Add(lumaOf<0>(red, green, blue), lumaOf<1>(red, green, blue));
      sum = hn::Add(sum, hn::Add(lower, hn::Add(lumaOf<2>(red, green, blue), lumaOf<3>(red, green, blue))));
    }
    alignas(64) std::int32_t lanes[hn::MaxLanes(Wholes())];
    hn::Store(sum, Wholes(), lanes);
    for (std::int32_t lane : lanes) total += static_cast<std::uint32_t>(lane);
  }
  return total + reference::greySum({image.rgb + 3 * i, static_cast<int>(pixels - i), 1});
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
