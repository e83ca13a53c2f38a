#include "core/engine/models/DropRows.h"

#include <algorithm>

#include "core/base/Philox.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engine/models/DropRows.cpp"
#include "hwy/foreach_target.h"
// After it.
#include "core/engine/models/Rows-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::rows::HWY_NAMESPACE {
namespace {

/// A word of a counter in each lane, in its lower half; what is in the upper half does not count.
using Words = hn::CappedTag<std::uint64_t, 8>;
using WordOfEach = hn::Vec<Words>;
constexpr std::int64_t kMostBlocks = hn::MaxLanes(Words());

HWY_INLINE WordOfEach product(WordOfEach word, std::uint32_t factor) {
  const hn::Repartition<std::uint32_t, Words> halves;
  return hn::MulEven(hn::BitCast(halves, word), hn::Set(halves, factor));
}

/// The upper half of a product, and what a round mixes into it.
HWY_INLINE WordOfEach mixed(WordOfEach product, WordOfEach other, std::uint32_t key) {
  return hn::Xor(hn::ShiftRight<32>(product), hn::Xor(other, hn::Set(Words(), key)));
}

/// The bits of as many blocks as Words has lanes, as philox() draws them: 16 for each value, in order.
/// bits  [kMostBlocks * kValuesOfBlock]
HWY_INLINE void draw(std::uint32_t block, const MaskKey& key, std::uint16_t* bits) {
  const Words d;
  WordOfEach c0 = hn::Iota(d, block), c1 = hn::Set(d, key.stream), c2 = hn::Set(d, key.step),
             c3 = hn::Set(d, static_cast<std::uint64_t>(Purpose::dropout));
  auto low = static_cast<std::uint32_t>(key.seed), high = static_cast<std::uint32_t>(key.seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const WordOfEach a = product(c0, 0xD2511F53), b = product(c2, 0xCD9E8D57);
    c0 = mixed(b, c1, low);
    c1 = b;
    c2 = mixed(a, c3, high);
    c3 = a;
    low += 0x9E3779B9;
    high += 0xBB67AE85;
  }
  const auto pair = [&](WordOfEach first, WordOfEach second) UADA_INLINED {
    return hn::Or(hn::And(first, hn::Set(d, 0xFFFFFFFF)), hn::ShiftLeft<32>(second));
  };
  hn::StoreInterleaved2(pair(c0, c1), pair(c2, c3), d, reinterpret_cast<std::uint64_t*>(bits));
}

template <class T>
void dropRow(const T* x, T* out, std::int64_t count, std::uint32_t block, const MaskKey& key,
             const Dropping& how) {
  alignas(64) std::uint16_t bits[kMostBlocks * kValuesOfBlock];
  const auto blocks = static_cast<std::int64_t>(hn::Lanes(Words())), width = blocks * kValuesOfBlock;
  for (std::int64_t at = 0; at < count; at += width, block += static_cast<std::uint32_t>(blocks)) {
    draw(block, key, bits);
    alongRow(std::min(width, count - at), [&](auto d, std::int64_t w) UADA_INLINED {
      const hn::Rebind<std::uint16_t, decltype(d)> narrow;
      const hn::Rebind<std::int32_t, decltype(d)> whole;
      const auto drawn = hn::PromoteTo(whole, hn::LoadU(narrow, bits + w));
      const auto isDropped = hn::Lt(drawn, hn::Set(whole, static_cast<std::int32_t>(how.below)));
      const auto factor = hn::IfThenZeroElse(hn::RebindMask(d, isDropped), hn::Set(d, how.factor));
      store(d, hn::Mul(load(d, x + at + w), factor), out + at + w);
    });
  }
}

}  // namespace

void dropFloat(const float* x, float* out, std::int64_t count, std::uint32_t block, const MaskKey& key,
               const Dropping& how) {
  dropRow(x, out, count, block, key, how);
}
void dropHalf(const Half* x, Half* out, std::int64_t count, std::uint32_t block, const MaskKey& key,
              const Dropping& how) {
  dropRow(x, out, count, block, key, how);
}

}  // namespace uada::rows::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace uada::rows {

HWY_EXPORT(dropFloat);
HWY_EXPORT(dropHalf);

template <>
void drop(const float* x, float* out, std::int64_t count, std::uint32_t block, const MaskKey& key,
          const Dropping& how) {
  HWY_DYNAMIC_DISPATCH(dropFloat)(x, out, count, block, key, how);
}
template <>
void drop(const std::uint16_t* x, std::uint16_t* out, std::int64_t count, std::uint32_t block,
          const MaskKey& key, const Dropping& how) {
  HWY_DYNAMIC_DISPATCH(dropHalf)(x, out, count, block, key, how);
}

}  // namespace uada::rows
#endif
