// What kernels over bytes have in common. Included once for each instruction set, so without #pragma once.
#if defined(UADA_BYTES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef UADA_BYTES_INL
#undef UADA_BYTES_INL
#else
#define UADA_BYTES_INL
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"

// Whether this pass compiles kernels, or stands for the processors that run the plain code.
#undef UADA_PLAIN
#if !HWY_ARCH_X86 || HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR
#define UADA_PLAIN 1
#else
#define UADA_PLAIN 0
#endif

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

#if !UADA_PLAIN
using Bytes = hn::ScalableTag<std::uint8_t>;
using Vector = hn::Vec<Bytes>;
constexpr std::size_t kBytes = hn::MaxLanes(Bytes());

HWY_INLINE Vector load(const std::uint8_t* from) { return hn::LoadU(Bytes(), from); }
HWY_INLINE void store(Vector v, std::uint8_t* to) { hn::StoreU(v, Bytes(), to); }

/// Calls step(i) for i = 0, n, 2n, ... and once more for the last n of `count`, which may overlap what was
/// done before: right wherever doing a place again gives the same. Does nothing if count < n and says so.
template <class Step>
HWY_INLINE bool covered(std::size_t count, std::size_t n, const Step& step) {
  if (count < n) return false;
  std::size_t i = 0;
  for (; i + n <= count; i += n) step(i);
  if (i < count) step(count - n);
  return true;
}

/// covered() one vector at a time, of which all but the first and last end on boundaries of `out`: a vector
/// that lies across two lines of the cache is stored twice.
template <class Step>
HWY_INLINE bool coveredAligned(const std::uint8_t* out, std::size_t count, const Step& step) {
  if (count < kBytes) return false;
  std::size_t i = -reinterpret_cast<std::uintptr_t>(out) % kBytes;
  if (i > 0) step(0);
  constexpr std::size_t kMany = 4 * kBytes;  // a twentieth faster than one by one
  for (; i + kMany <= count; i += kMany)
    for (std::size_t k = 0; k < kMany; k += kBytes) step(i + k);
  for (; i + kBytes <= count; i += kBytes) step(i);
  if (i < count) step(count - kBytes);
  return true;
}

using Wholes = hn::ScalableTag<std::int32_t>;
using Whole = hn::Vec<Wholes>;
using Singles = hn::ScalableTag<float>;
using Single = hn::Vec<Singles>;

/// Byte k of each group of four, as a number of 32 bits. Unlike unpacking it needs no shuffle.
template <int k>
HWY_INLINE Whole quarter(Vector v) {
  const hn::RebindToUnsigned<Wholes> d;
  const auto shifted = hn::ShiftRight<8 * k>(hn::BitCast(d, v));
  return hn::BitCast(Wholes(), k == 3 ? shifted : hn::And(shifted, hn::Set(d, 255)));
}

/// The way back; all numbers are in 0..255.
HWY_INLINE Vector joined(Whole a, Whole b, Whole c, Whole d) {
  const Whole lower = hn::Or(a, hn::ShiftLeft<8>(b));
  const Whole upper = hn::Or(hn::ShiftLeft<16>(c), hn::ShiftLeft<24>(d));
  return hn::BitCast(Bytes(), hn::Or(lower, upper));
}

/// Cuts numbers between -2^31 and 2^31 to whole ones; Highway's own way also takes others, which costs more.
HWY_INLINE Whole cut(Single v) {
#if HWY_TARGET <= HWY_AVX3
  return Whole{_mm512_cvttps_epi32(v.raw)};
#elif HWY_TARGET <= HWY_AVX2
  return Whole{_mm256_cvttps_epi32(v.raw)};
#else
  return Whole{_mm_cvttps_epi32(v.raw)};
#endif
}

using Shorts = hn::Repartition<std::int16_t, Wholes>;
using Short = hn::Vec<Shorts>;

/// Clamped to 0..255: in each 16 bytes those of a, then those of b.
HWY_INLINE Vector packed(Short a, Short b) {
#if HWY_TARGET <= HWY_AVX3
  return Vector{_mm512_packus_epi16(a.raw, b.raw)};
#elif HWY_TARGET <= HWY_AVX2
  return Vector{_mm256_packus_epi16(a.raw, b.raw)};
#else
  return Vector{_mm_packus_epi16(a.raw, b.raw)};
#endif
}

/// joined() of numbers of any size, which are clamped to 0..255.
HWY_INLINE Vector clamped(Whole a, Whole b, Whole c, Whole d) {
  alignas(16) static constexpr std::uint8_t kPlaces[] = {0, 4, 8,  12, 1, 5, 9,  13,
                                                         2, 6, 10, 14, 3, 7, 11, 15};
  const Vector all = packed(hn::ReorderDemote2To(Shorts(), a, b), hn::ReorderDemote2To(Shorts(), c, d));
  return hn::TableLookupBytes(all, hn::LoadDup128(Bytes(), kPlaces));
}

/// 2^23 + a whole number of 0..255 as a single: its bits are those of the number beside a constant, and
/// differences of two are exact.
constexpr std::int32_t kShifted = 0x4B000000;
HWY_INLINE Single shifted(Whole number) {
  return hn::BitCast(Singles(), hn::Or(number, hn::Set(Wholes(), kShifted)));
}

/// blend() of Blend.h of shifted() numbers, in its order of operations, cut but not yet clamped. No factor
/// that blendFactor() gives leads beyond 2^31.
HWY_INLINE Whole blendedShifted(Single degenerate, Single value, Single factor) {
  const Single own = hn::Sub(degenerate, hn::Set(Singles(), 0x1p23F));
  return cut(hn::Add(own, hn::Mul(factor, hn::Sub(value, degenerate))));
}

/// blend() of Blend.h in each lane.
HWY_INLINE Whole blended(Whole degenerate, Whole value, Single factor) {
  const Whole mixed = blendedShifted(shifted(degenerate), shifted(value), factor);
  return hn::Min(hn::Max(mixed, hn::Zero(Wholes())), hn::Set(Wholes(), 255));
}

HWY_INLINE Vector blended(Vector degenerate, Vector value, Single factor) {
  return clamped(blendedShifted(shifted(quarter<0>(degenerate)), shifted(quarter<0>(value)), factor),
                 blendedShifted(shifted(quarter<1>(degenerate)), shifted(quarter<1>(value)), factor),
                 blendedShifted(shifted(quarter<2>(degenerate)), shifted(quarter<2>(value)), factor),
                 blendedShifted(shifted(quarter<3>(degenerate)), shifted(quarter<3>(value)), factor));
}
#endif

}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
