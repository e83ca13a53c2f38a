#include "core/ops/simd/CvScale.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/ops/simd/CvScale.cpp"
#include "hwy/foreach_target.h"
// After it.
#include "core/ops/simd/Bytes-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {
namespace {
#if UADA_PLAIN
void scaleAcross(const std::uint8_t* row, std::size_t /*rowBytes*/, const ScaleTaps* columns,
                 std::size_t count, std::int16_t* out) {
  reference::scaleAcross(row, columns, count, out);
}
using reference::scaleDown;
#else
/// Both pixels at a place: eight bytes of memory, of which six are read.
HWY_INLINE hn::Vec<hn::Full128<std::int32_t> > mixed(const std::uint8_t* from, const ScaleTaps& taps) {
  alignas(16) static constexpr std::uint8_t kPairs[] = {0, 128, 3, 128, 1,   128, 4,   128,
                                                        2, 128, 5, 128, 128, 128, 128, 128};
  const hn::Full128<std::uint8_t> bytes;
  const hn::Full128<std::int16_t> pairs;
  const hn::Full128<std::int32_t> d;
  const auto pixels = hn::LoadU(hn::Full64<std::uint8_t>(), from);
  const auto spread = hn::TableLookupBytesOr0(hn::ZeroExtendVector(bytes, pixels), hn::Load(bytes, kPairs));
  const std::int32_t weights = taps.weights[0] | std::int32_t{taps.weights[1]} * 65536;
  auto unused = hn::Zero(d);
  return hn::ShiftRight<4>(hn::ReorderWidenMulAccumulate(
      d, hn::BitCast(pairs, spread), hn::BitCast(pairs, hn::Set(d, weights)), hn::Zero(d), unused));
}

void scaleAcross(const std::uint8_t* row, std::size_t rowBytes, const ScaleTaps* columns, std::size_t count,
                 std::int16_t* out) {
  constexpr std::size_t kRead = 8;
  std::size_t safe = count;
  while (safe > 0 && std::size_t{3} * static_cast<std::size_t>(columns[safe - 1].first) + kRead > rowBytes)
    --safe;
  const hn::Full128<std::int16_t> narrow;
  const hn::Full64<std::int16_t> half;
  for (std::size_t i = 0; i < safe; ++i) {
    const auto sums = mixed(row + std::ptrdiff_t{3} * columns[i].first, columns[i]);
    hn::StoreU(hn::LowerHalf(half, hn::ReorderDemote2To(narrow, sums, sums)), half, out + 3 * i);
  }
  reference::scaleAcross(row, columns + safe, count - safe, out + 3 * safe);
}

void scaleDown(const std::int16_t* upper, const std::int16_t* lower, const ScaleTaps& taps, std::size_t count,
               std::uint8_t* out) {
  const Shorts d;
  const hn::Rebind<std::uint8_t, Shorts> narrow;
  const Short first = hn::Set(d, taps.weights[0]), second = hn::Set(d, taps.weights[1]);
  const bool done = covered(count, hn::MaxLanes(d), [&](std::size_t i) {
    const Short sum =
        hn::Add(hn::MulHigh(hn::LoadU(d, upper + i), first), hn::MulHigh(hn::LoadU(d, lower + i), second));
    hn::StoreU(hn::DemoteTo(narrow, hn::ShiftRight<2>(hn::Add(sum, hn::Set(d, 2)))), narrow, out + i);
  });
  if (!done) reference::scaleDown(upper, lower, taps, count, out);
}
#endif
}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace uada {
HWY_EXPORT(scaleAcross);
HWY_EXPORT(scaleDown);

void simd::scaleAcross(const std::uint8_t* row, std::size_t rowBytes, const ScaleTaps* columns,
                       std::size_t count, std::int16_t* out) {
  HWY_DYNAMIC_DISPATCH(scaleAcross)(row, rowBytes, columns, count, out);
}
void simd::scaleDown(const std::int16_t* upper, const std::int16_t* lower, const ScaleTaps& taps,
                     std::size_t count, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(scaleDown)(upper, lower, taps, count, out);
}
}  // namespace uada
#endif
