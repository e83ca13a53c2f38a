#include "core/ops/Reference.h"
#include "core/ops/simd/Kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/ops/simd/Normalise.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {
namespace {
#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR
using reference::normalise;
using reference::normaliseHalf;
#else
namespace hn = hwy::HWY_NAMESPACE;

using Singles = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Singles>;

/// byte / 255 to the bit. The first product is exact, so that fusing it with the sum changes nothing.
HWY_INLINE Vector shareOf(Vector byte) {
  const Singles d;
  return hn::MulAdd(byte, hn::Set(d, simd::k255th), hn::Mul(byte, hn::Set(d, simd::k255thRest)));
}

/// One vector of values; `lane` is where its constants begin in the rule's arrays.
template <bool kFused>
HWY_INLINE Vector valueOf(const std::uint8_t* bytes, const NormaliseRule& rule, std::size_t lane) {
  const Singles d;
  const hn::Rebind<std::uint8_t, Singles> narrow;
  const hn::Rebind<std::int32_t, Singles> whole;
  const Vector byte = hn::ConvertTo(d, hn::PromoteTo(whole, hn::LoadU(narrow, bytes)));
  const Vector shifted = hn::Sub(shareOf(byte), hn::Load(d, rule.mean.data() + lane));
  if constexpr (!kFused) return hn::Div(shifted, hn::Load(d, rule.deviation.data() + lane));
  const Vector small = hn::Mul(shifted, hn::Load(d, rule.rest.data() + lane));
  return hn::MulAdd(shifted, hn::Load(d, rule.inverse.data() + lane), small);
}

/// Finite numbers, rounded to the upper 16 bits; what the lower ones then hold is all one.
HWY_INLINE auto rounded(Vector v) {
  const hn::Rebind<std::uint32_t, Singles> wide;
  const auto bits = hn::BitCast(wide, v);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(wide, 1));
  return hn::BitCast(hn::Repartition<std::uint16_t, Singles>(),
                     hn::Add(bits, hn::Add(odd, hn::Set(wide, 0x7fff))));
}

/// Whole pixels.
HWY_INLINE ImageView rest(ImageView in, std::size_t from) {
  return {in.rgb + from, static_cast<int>((in.bytes() - from) / 3), 1};
}

template <bool kFused>
void values(ImageView in, const NormaliseRule& rule, float* out) {
  constexpr std::size_t n = hn::MaxLanes(Singles());
  std::size_t i = 0;
  for (; i + 3 * n <= in.bytes(); i += 3 * n)
    for (std::size_t lane = 0; lane < 3 * n; lane += n)
      hn::StoreU(valueOf<kFused>(in.rgb + i + lane, rule, lane), Singles(), out + i + lane);
  reference::normalise(rest(in, i), rule, out + i);
}

template <bool kFused>
void values(ImageView in, const NormaliseRule& rule, std::uint16_t* out) {
  constexpr std::size_t n = hn::MaxLanes(Singles());
  const hn::Repartition<std::uint16_t, Singles> halves;
  std::size_t i = 0;
  for (; i + 6 * n <= in.bytes(); i += 6 * n) {
    for (std::size_t lane = 0; lane < 6 * n; lane += 2 * n) {
      const auto lower = rounded(valueOf<kFused>(in.rgb + i + lane, rule, lane % (3 * n)));
      const auto upper = rounded(valueOf<kFused>(in.rgb + i + lane + n, rule, (lane + n) % (3 * n)));
      hn::StoreU(hn::ConcatOdd(halves, upper, lower), halves, out + i + lane);
    }
  }
  reference::normaliseHalf(rest(in, i), rule, out + i);
}

template <class T>
void chosen(ImageView in, const NormaliseRule& rule, T* out) {
  constexpr bool kFused = HWY_NATIVE_FMA != 0;
  if (kFused && rule.fused) return values<kFused>(in, rule, out);
  values<false>(in, rule, out);
}

void normalise(ImageView in, const NormaliseRule& rule, float* out) {
  rule.finite ? chosen(in, rule, out) : reference::normalise(in, rule, out);
}

void normaliseHalf(ImageView in, const NormaliseRule& rule, std::uint16_t* out) {
  // In vectors of 16 bytes the tables are faster.
  const bool wide = hn::MaxLanes(Singles()) > 4;
  wide&& rule.finite ? chosen(in, rule, out) : reference::normaliseHalf(in, rule, out);
}
#endif
}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace uada {
static_assert([] {
  for (int byte = 0; byte < 256; ++byte) {
    const auto value = static_cast<float>(byte);
    if (value * simd::k255th + value * simd::k255thRest != value / 255.0F) return false;
  }
  return true;
}());

HWY_EXPORT(normalise);
HWY_EXPORT(normaliseHalf);

void simd::normalise(ImageView in, const NormaliseRule& rule, float* out) {
  HWY_DYNAMIC_DISPATCH(normalise)(in, rule, out);
}
void simd::normaliseHalf(ImageView in, const NormaliseRule& rule, std::uint16_t* out) {
  HWY_DYNAMIC_DISPATCH(normaliseHalf)(in, rule, out);
}
}  // namespace uada
#endif
