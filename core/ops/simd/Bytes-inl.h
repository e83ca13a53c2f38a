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

/// blend() of Blend.h in each lane, in its order of operations.
HWY_INLINE Whole blended(Whole degenerate, Whole value, Single factor) {
  const Singles d;
  const Single difference = hn::ConvertTo(d, hn::Sub(value, degenerate));
  const Single mixed = hn::Add(hn::ConvertTo(d, degenerate), hn::Mul(factor, difference));
  return hn::ConvertTo(Wholes(), hn::Min(hn::Max(mixed, hn::Zero(d)), hn::Set(d, 255.0F)));
}

HWY_INLINE Vector blended(Vector degenerate, Vector value, Single factor) {
  return joined(blended(quarter<0>(degenerate), quarter<0>(value), factor),
                blended(quarter<1>(degenerate), quarter<1>(value), factor),
                blended(quarter<2>(degenerate), quarter<2>(value), factor),
                blended(quarter<3>(degenerate), quarter<3>(value), factor));
}
#endif

}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
