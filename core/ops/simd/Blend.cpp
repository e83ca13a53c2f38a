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

/// grey() of Blend.h, of spread() pixels. Two products at a time are added in 32 bits; the weight of green,
/// too large for 16 bits with sign, is halved and taken twice.
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

constexpr std::size_t kGroup = kBytes / 4 * 3;  ///< bytes of the pixels that spread() takes

/// The way back from packed() vectors: in each 16 bytes 4 of red, 4 of green, and 4 of blue from kBlue on.
template <int kBlue>
HWY_INLINE Vector gathered(Vector channels) {
#if HWY_TARGET <= HWY_AVX3_DL
  alignas(64) static constexpr auto kPlaces = [] {
    std::array<std::uint8_t, kBytes> places{};
    for (std::size_t k = 0; k < kGroup; ++k) {
      const std::size_t starts[] = {0, 4, kBlue}, pixel = k / 3;
      places[k] = static_cast<std::uint8_t>(pixel / 4 * 16 + starts[k % 3] + pixel % 4);
    }
    return places;
  }();
  return Vector{_mm512_permutexvar_epi8(load(kPlaces.data()).raw, channels.raw)};
#else
  constexpr std::uint8_t b = kBlue;
  alignas(16) static constexpr std::uint8_t kPlaces[] = {0,     4, b, 1,     5, b + 1, 2, 6,
                                                         b + 2, 3, 7, b + 3, 0, 0,     0, 0};
  alignas(64) static constexpr std::int32_t kLanes[] = {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0};
  alignas(64) static constexpr std::int32_t kFewLanes[] = {0, 1, 2, 4, 5, 6, 0, 0};
  const Vector pixels = hn::TableLookupBytes(channels, hn::LoadDup128(Bytes(), kPlaces));
  if constexpr (kBytes == 16) return pixels;
  const auto lanes = hn::SetTableIndices(Wholes(), kBytes == 64 ? kLanes : kFewLanes);
  return hn::BitCast(Bytes(), hn::TableLookupLanes(hn::BitCast(Wholes(), pixels), lanes));
#endif
}

/// The channels of a group of pixels, blended with their grey, one pixel a lane.
struct Coloured {
  Whole red, green, blue;
  HWY_INLINE Coloured(const std::uint8_t* from, Single factor) {
    const Vector pixels = spread(load(from));
    const Single grey = shifted(lumaOf(pixels));
    red = blendedShifted(grey, shifted(quarter<0>(pixels)), factor);
    green = blendedShifted(grey, shifted(quarter<1>(pixels)), factor);
    blue = blendedShifted(grey, shifted(quarter<2>(pixels)), factor);
  }
};

/// Two groups of pixels. Reads and writes kBytes - kGroup bytes more.
HWY_INLINE void colorGroups(const std::uint8_t* from, std::uint8_t* to, Single factor) {
  const Coloured first(from, factor), second(from + kGroup, factor);
  const Short blues = hn::ReorderDemote2To(Shorts(), first.blue, second.blue);
  const Short firsts = hn::ReorderDemote2To(Shorts(), first.red, first.green);
  const Short seconds = hn::ReorderDemote2To(Shorts(), second.red, second.green);
  store(gathered<8>(packed(firsts, blues)), to);
  store(gathered<12>(packed(seconds, blues)), to + kGroup);
}

void color(ImageView in, ImageSpan out, float factor) {
  constexpr std::size_t kStep = 2 * kGroup, kTouched = kGroup + kBytes;
  const Single f = hn::Set(Singles(), factor);
  const std::size_t bytes = in.bytes();
  std::size_t i = 0;
  for (; i + kTouched <= bytes; i += kStep) colorGroups(in.rgb + i, out.rgb + i, f);
  std::uint8_t rest[2 * kTouched] = {}, done[2 * kTouched];
  std::copy(in.rgb + i, in.rgb + bytes, rest);
  for (std::size_t at = 0; at < bytes - i; at += kStep) colorGroups(rest + at, done + at, f);
  std::copy_n(done, bytes - i, out.rgb + i);
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
  const Single f = hn::Set(Singles(), factor);
  const bool done = coveredAligned(out.rgb, in.bytes(), [&](std::size_t i) {
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
