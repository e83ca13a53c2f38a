// How kernels go over rows of numbers. Included once for each instruction set, so without #pragma once.
#if defined(UADA_ROWS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef UADA_ROWS_INL
#undef UADA_ROWS_INL
#else
#define UADA_ROWS_INL
#endif

#include <cstdint>

#include "hwy/highway.h"

// Of lambdas: they are compiled for the instruction set of what calls them, as part of it.
#undef UADA_INLINED
#define UADA_INLINED HWY_ATTR __attribute__((always_inline))

HWY_BEFORE_NAMESPACE();
namespace uada::rows::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using Half = std::uint16_t;  // bfloat16
using Wide = hn::CappedTag<float, 16>;
using Single = hn::CappedTag<float, 1>;

template <class D>
HWY_INLINE hn::Vec<D> load(D d, const float* from) {
  return hn::LoadU(d, from);
}
template <class D>
HWY_INLINE hn::Vec<D> load(D d, const Half* from) {
  const hn::Rebind<Half, D> narrow;
  const hn::Rebind<std::uint32_t, D> wide;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(wide, hn::LoadU(narrow, from))));
}

template <class D>
HWY_INLINE void store(D d, hn::Vec<D> v, float* to) {
  hn::StoreU(v, d, to);
}
/// Rounded to the nearest, of two the even one; NaN stays NaN.
template <class D>
HWY_INLINE void store(D /*d*/, hn::Vec<D> v, Half* to) {
  const hn::Rebind<Half, D> narrow;
  const hn::Rebind<std::uint32_t, D> wide;
  const hn::Rebind<std::int32_t, D> whole;
  const auto bits = hn::BitCast(wide, v);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(wide, 1));
  const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(wide, 0x7fff)));
  const auto isNumber = hn::RebindMask(wide, hn::Eq(v, v));
  const auto kept = hn::IfThenElse(isNumber, rounded, hn::Set(wide, 0x7fc00000));
  hn::StoreU(hn::DemoteTo(narrow, hn::BitCast(whole, hn::ShiftRight<16>(kept))), narrow, to);
}

/// Calls apply(tag, w) for each vector of a row, and what is left over entry by entry.
template <class Do>
HWY_INLINE void alongRow(std::int64_t width, Do&& apply) {
  const Wide d;
  const auto n = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t w = 0;
  for (; w + n <= width; w += n) apply(d, w);
  for (; w < width; ++w) apply(Single(), w);
}

}  // namespace
}  // namespace uada::rows::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
