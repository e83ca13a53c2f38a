#include <algorithm>
#include <numeric>

#include "core/ops/Reference.h"
#include "core/ops/simd/Kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/ops/simd/Tables.cpp"
#include "hwy/foreach_target.h"
// After it.
#include "core/ops/simd/Bytes-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {
namespace {
#if UADA_PLAIN
using reference::addInverted;
using reference::applyTable;
using reference::applyTables;
using reference::blendTable;
using reference::extremes;
using reference::invertFrom;
using reference::mapBits;
using reference::runningSums;
using reference::shareTable;
using reference::stretchTable;
#else
#if HWY_TARGET <= HWY_AVX3_DL
/// A table in four registers. Highway 1.0 has no look-up in two registers of bytes.
struct Lookup {
  Vector part[4];
  explicit Lookup(const ByteTable& table) {
    for (int k = 0; k < 4; ++k) part[k] = load(table.data() + 64 * k);
  }
  Vector operator()(Vector index) const {
    const __m512i lower = _mm512_permutex2var_epi8(part[0].raw, index.raw, part[1].raw);
    const __m512i upper = _mm512_permutex2var_epi8(part[2].raw, index.raw, part[3].raw);
    return Vector{_mm512_mask_blend_epi8(_mm512_movepi8_mask(index.raw), lower, upper)};
  }
  /// In the lower or upper half of the table, by the lowest seven bits, only in the lanes of the mask; the
  /// others keep their index.
  Vector in(__mmask64 lanes, int half, Vector index) const {
    return Vector{_mm512_mask2_permutex2var_epi8(part[half].raw, index.raw, lanes, part[half + 1].raw)};
  }
};
#else
/// A table as 16 rows of 16 bytes, each but the rows 0 and 8 as its difference (exclusive or) from the one
/// before. An index selects its own row and all before it in its half of the table, whose differences add up
/// to its value: a lane that has passed its row turns negative, and a negative index looks up 0.
struct Lookup {
  Vector row[16];
  explicit Lookup(const ByteTable& table) {
    Vector before = hn::Zero(Bytes());
    for (int k = 0; k < 16; ++k) {
      const Vector own = hn::LoadDup128(Bytes(), table.data() + 16 * k);
      row[k] = k % 8 == 0 ? own : hn::Xor(own, before);
      before = own;
    }
  }
  HWY_INLINE Vector half(Vector index, const Vector* rows) const {
    const hn::RebindToSigned<Bytes> ints;
    const auto step = hn::Set(ints, 16);
    Vector sum = hn::TableLookupBytesOr0(rows[0], index);
    for (int k = 1; k < 8; ++k) {
      index = hn::BitCast(Bytes(), hn::SaturatedSub(hn::BitCast(ints, index), step));
      sum = hn::Xor(sum, hn::TableLookupBytesOr0(rows[k], index));
    }
    return sum;
  }
  HWY_INLINE Vector operator()(Vector index) const {
    const Vector turned = hn::Xor(index, hn::Set(Bytes(), 0x80));
    return hn::Or(half(index, row), half(turned, row + 8));
  }
};
#endif

void applyTable(ImageView in, ImageSpan out, const ByteTable& table) {
  // In vectors of 16 bytes there is nothing to gain.
  if (kBytes < 32 || in.bytes() < kBytes) return reference::applyTable(in, out, table);
  const Lookup lookup(table);
  coveredAligned(out.rgb, in.bytes(), [&](std::size_t i) { store(lookup(load(in.rgb + i)), out.rgb + i); });
}

#if HWY_TARGET <= HWY_AVX3_DL
/// Three vectors are 64 whole pixels; in each the channels lie differently.
HWY_INLINE void pixels64(const std::uint8_t* in, std::uint8_t* out, const Lookup (&tables)[3]) {
  constexpr __mmask64 kEveryThird[] = {0x9249249249249249, 0x2492492492492492, 0x4924924924924924};
  for (int k = 0; k < 3; ++k) {
    const Vector v = load(in + 64 * k);
    Vector lower = v, upper = v;
    for (int c = 0; c < 3; ++c) {
      const __mmask64 lanes = kEveryThird[(c - k + 3) % 3];
      lower = tables[c].in(lanes, 0, lower);
      upper = tables[c].in(lanes, 2, upper);
    }
    store(Vector{_mm512_mask_blend_epi8(_mm512_movepi8_mask(v.raw), lower.raw, upper.raw)}, out + 64 * k);
  }
}
#else
HWY_INLINE void pixels64(const std::uint8_t* in, std::uint8_t* out, const Lookup (&tables)[3]) {
  Vector red, green, blue;
  hn::LoadInterleaved3(Bytes(), in, red, green, blue);
  hn::StoreInterleaved3(tables[0](red), tables[1](green), tables[2](blue), Bytes(), out);
}
#endif

void applyTables(ImageView in, ImageSpan out, const ChannelTables& tables) {
  if (tables[0] == tables[1] && tables[1] == tables[2]) return HWY_NAMESPACE::applyTable(in, out, tables[0]);
  if (kBytes < 32 || in.bytes() < 3 * kBytes) return reference::applyTables(in, out, tables);
  const Lookup lookups[] = {Lookup(tables[0]), Lookup(tables[1]), Lookup(tables[2])};
  covered(in.bytes(), 3 * kBytes, [&](std::size_t i) { pixels64(in.rgb + i, out.rgb + i, lookups); });
}

void mapBits(ImageView in, ImageSpan out, std::uint8_t keep, std::uint8_t turn) {
  const Vector kept = hn::Set(Bytes(), keep), turned = hn::Set(Bytes(), turn);
  const bool done = coveredAligned(out.rgb, in.bytes(), [&](std::size_t i) {
    store(hn::Xor(hn::And(load(in.rgb + i), kept), turned), out.rgb + i);
  });
  if (!done) reference::mapBits(in, out, keep, turn);
}

/// Inverts the bytes that are not below `lowest`.
HWY_INLINE Vector inverted(Vector v, int lowest) {
  const Vector from = hn::Set(Bytes(), static_cast<std::uint8_t>(lowest));
  return hn::Xor(v, hn::VecFromMask(Bytes(), hn::Eq(hn::Max(v, from), v)));
}

void invertFrom(ImageView in, ImageSpan out, int lowest) {
  // No byte can hold 256.
  if (lowest > 255) return mapBits(in, out, 255, 0);
  const bool done = coveredAligned(
      out.rgb, in.bytes(), [&](std::size_t i) { store(inverted(load(in.rgb + i), lowest), out.rgb + i); });
  if (!done) reference::invertFrom(in, out, lowest);
}

void addInverted(ImageView in, ImageSpan out, int shift) {
  const Vector more = hn::Set(Bytes(), static_cast<std::uint8_t>(std::max(shift, 0)));
  const Vector less = hn::Set(Bytes(), static_cast<std::uint8_t>(std::max(-shift, 0)));
  const bool done = coveredAligned(out.rgb, in.bytes(), [&](std::size_t i) {
    store(inverted(hn::SaturatedSub(hn::SaturatedAdd(load(in.rgb + i), more), less), 128), out.rgb + i);
  });
  if (!done) reference::addInverted(in, out, shift);
}

std::array<Extremes, 3> extremes(ImageView image) {
  Vector low[3], high[3];
  for (int k = 0; k < 3; ++k) {
    low[k] = hn::Set(Bytes(), 255);
    high[k] = hn::Zero(Bytes());
  }
  const bool done = covered(image.bytes(), 3 * kBytes, [&](std::size_t i) {
    for (int k = 0; k < 3; ++k) {
      const Vector v = load(image.rgb + i + k * kBytes);
      low[k] = hn::Min(low[k], v);
      high[k] = hn::Max(high[k], v);
    }
  });
  if (!done) return reference::extremes(image);
  std::array<std::uint8_t, 3 * kBytes> lows, highs;
  for (int k = 0; k < 3; ++k) {
    store(low[k], lows.data() + k * kBytes);
    store(high[k], highs.data() + k * kBytes);
  }
  // 48 bytes are whole pixels and whole vectors.
  constexpr std::size_t kFold = 48;
  const hn::Full128<std::uint8_t> d;
  for (std::size_t i = kFold; i < lows.size(); i += 16) {
    const std::size_t to = i % kFold;
    hn::StoreU(hn::Min(hn::LoadU(d, &lows[to]), hn::LoadU(d, &lows[i])), d, &lows[to]);
    hn::StoreU(hn::Max(hn::LoadU(d, &highs[to]), hn::LoadU(d, &highs[i])), d, &highs[to]);
  }
  std::array<Extremes, 3> found;
  for (std::size_t i = 0; i < kFold; i += 3) {
    for (std::size_t c = 0; c < 3; ++c) {
      found[c].low = std::min(found[c].low, lows[i + c]);
      found[c].high = std::max(found[c].high, highs[i + c]);
    }
  }
  return found;
}

/// A table of whole vectors, which a look-up can take over from memory without waiting.
/// part(first)  the entries first, first + 4, first + 8 ... of 0..255
template <class Part>
HWY_INLINE ByteTable tableOf(const Part& part) {
  ByteTable table;
  for (int v = 0; v < 256; v += static_cast<int>(kBytes))
    store(joined(part(v), part(v + 1), part(v + 2), part(v + 3)), table.data() + v);
  return table;
}

/// Every fourth number from v on, lane by lane.
HWY_INLINE Whole fourths(int v) {
  return hn::Add(hn::ShiftLeft<2>(hn::Iota(Wholes(), 0)), hn::Set(Wholes(), v));
}

ByteTable blendTable(int degenerate, float factor) {
  const Whole dull = hn::Set(Wholes(), degenerate);
  const Single f = hn::Set(Singles(), factor);
  return tableOf([&](int first) { return blended(dull, fourths(first), f); });
}

ByteTable stretchTable(const Extremes& found) {
  const int range = found.high - found.low;
  if (range <= 0 || range == 255) return identityTable();
  // A quotient that is not whole lies 1 / 255 or more from one that is: single precision cuts it right.
  const Single factor = hn::Set(Singles(), 255.0F / static_cast<float>(range));
  const Whole low = hn::Set(Wholes(), found.low);
  ByteTable table = tableOf([&](int first) {
    const Single above = hn::ConvertTo(Singles(), hn::Sub(fourths(first), low));
    const Whole cut = hn::ConvertTo(Wholes(), hn::Mul(above, factor));
    return hn::Min(hn::Max(cut, hn::Zero(Wholes())), hn::Set(Wholes(), 255));
  });
  // Those that are whole come out of the rule's double precision as they are or just below.
  const int wholes = std::gcd(range, 255);
  for (int k = 1; k <= wholes; ++k) {
    const int v = found.low + range / wholes * k;
    table[v] = reference::stretched(v, found);
  }
  return table;
}

constexpr std::size_t kWholes = hn::MaxLanes(Wholes());

/// Adds to each group of four lanes the last lane of the group `distance` before, if there is one.
template <std::size_t distance>
HWY_INLINE Whole withGroupBefore(Whole sums) {
  alignas(64) std::int32_t last[kWholes];
  for (std::size_t lane = 0; lane < kWholes; ++lane)
    last[lane] = static_cast<std::int32_t>(lane < 4 * distance ? lane : (lane / 4 - distance) * 4 + 3);
  const auto has = hn::Gt(hn::Iota(Wholes(), 0), hn::Set(Wholes(), 4 * distance - 1));
  const Whole before = hn::TableLookupLanes(sums, hn::SetTableIndices(Wholes(), last));
  return hn::Add(sums, hn::IfThenElseZero(has, before));
}

Sums runningSums(const Histogram& counts) {
  const hn::RebindToUnsigned<Wholes> d;
  const auto last = hn::IndicesFromVec(Wholes(), hn::Set(Wholes(), kWholes - 1));
  Sums sums;
  Whole before = hn::Zero(Wholes());
  for (std::size_t v = 0; v < 256; v += kWholes) {
    const Whole own = hn::BitCast(Wholes(), hn::LoadU(d, counts.data() + v));
    Whole sum = hn::Add(own, hn::ShiftLeftLanes<1>(own));
    sum = hn::Add(sum, hn::ShiftLeftLanes<2>(sum));
    if constexpr (kWholes > 4) sum = withGroupBefore<1>(sum);
    if constexpr (kWholes > 8) sum = withGroupBefore<2>(sum);
    hn::StoreU(hn::BitCast(d, hn::Add(before, hn::Sub(sum, own))), d, sums.before.data() + v);
    before = hn::Add(before, hn::TableLookupLanes(sum, last));
  }
  sums.all = static_cast<std::uint32_t>(hn::GetLane(before));
  return sums;
}

ByteTable shareTable(const Histogram& below, std::uint32_t more, std::uint32_t step) {
  // In single precision a quotient below 256 is wrong by less than 2^-15; with the half it lies at least
  // 1 / (2 step) from a whole number.
  if (step >= 1 << 13 || below[255] + more >= 1 << 22) return reference::shareTable(below, more, step);
  const Singles d;
  const Single inverse = hn::Set(d, 1.0F / static_cast<float>(step));
  const Single half = hn::Set(d, static_cast<float>(more) + 0.5F);
  const hn::Rebind<std::uint8_t, Wholes> narrow;
  ByteTable table;
  for (std::size_t v = 0; v < 256; v += hn::MaxLanes(Wholes())) {
    const Whole sum = hn::BitCast(Wholes(), hn::LoadU(hn::RebindToUnsigned<Wholes>(), below.data() + v));
    const Single quotient = hn::Mul(hn::Add(hn::ConvertTo(d, sum), half), inverse);
    const Whole bytes = hn::ConvertTo(Wholes(), hn::Min(quotient, hn::Set(d, 255.0F)));
    hn::StoreU(hn::DemoteTo(narrow, bytes), narrow, table.data() + v);
  }
  return table;
}
#endif
}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace uada {
HWY_EXPORT(addInverted);
HWY_EXPORT(applyTable);
HWY_EXPORT(applyTables);
HWY_EXPORT(blendTable);
HWY_EXPORT(extremes);
HWY_EXPORT(invertFrom);
HWY_EXPORT(mapBits);
HWY_EXPORT(runningSums);
HWY_EXPORT(shareTable);
HWY_EXPORT(stretchTable);

void simd::applyTable(ImageView in, ImageSpan out, const ByteTable& table) {
  HWY_DYNAMIC_DISPATCH(applyTable)(in, out, table);
}
void simd::applyTables(ImageView in, ImageSpan out, const ChannelTables& tables) {
  HWY_DYNAMIC_DISPATCH(applyTables)(in, out, tables);
}
void simd::mapBits(ImageView in, ImageSpan out, std::uint8_t keep, std::uint8_t turn) {
  HWY_DYNAMIC_DISPATCH(mapBits)(in, out, keep, turn);
}
void simd::addInverted(ImageView in, ImageSpan out, int shift) {
  HWY_DYNAMIC_DISPATCH(addInverted)(in, out, shift);
}
void simd::invertFrom(ImageView in, ImageSpan out, int lowest) {
  HWY_DYNAMIC_DISPATCH(invertFrom)(in, out, lowest);
}
std::array<Extremes, 3> simd::extremes(ImageView image) { return HWY_DYNAMIC_DISPATCH(extremes)(image); }
ByteTable simd::blendTable(int degenerate, float factor) {
  return HWY_DYNAMIC_DISPATCH(blendTable)(degenerate, factor);
}
ByteTable simd::stretchTable(const Extremes& found) { return HWY_DYNAMIC_DISPATCH(stretchTable)(found); }
Sums simd::runningSums(const Histogram& counts) { return HWY_DYNAMIC_DISPATCH(runningSums)(counts); }
ByteTable simd::shareTable(const Histogram& below, std::uint32_t more, std::uint32_t step) {
  return HWY_DYNAMIC_DISPATCH(shareTable)(below, more, step);
}
}  // namespace uada
#endif
