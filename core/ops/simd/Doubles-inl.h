// Numbers in double precision, with which Pillow interpolates. Included once for each instruction set, so
// without #pragma once.
#if defined(UADA_DOUBLES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef UADA_DOUBLES_INL
#undef UADA_DOUBLES_INL
#else
#define UADA_DOUBLES_INL
#endif

#include <cstdint>

#include "core/ops/simd/Bytes-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {
namespace {
#if !UADA_PLAIN
using Doubles = hn::CappedTag<double, 8>;
using Double = hn::Vec<Doubles>;
/// As many as there are doubles in a vector.
using FewInts = hn::Rebind<std::int32_t, Doubles>;

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
#endif

}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
