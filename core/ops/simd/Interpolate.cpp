#include <algorithm>
#include <cstring>

#include "core/ops/Pixels.h"
#include "core/ops/Reference.h"
#include "core/ops/simd/Kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/ops/simd/Interpolate.cpp"
#include "hwy/foreach_target.h"
// After it.
#include "core/ops/simd/Bytes-inl.h"
#include "core/ops/simd/Doubles-inl.h"
#include "hwy/highway.h"

// Pillow interpolates in double precision and cuts to a whole number. Here single precision does it, and only
// where its result lies so close to a whole number that the cut might be another one, double precision in
// Pillow's order. Where all that a pixel reads is of one colour both give just that colour.

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {
namespace {
#if UADA_PLAIN || HWY_TARGET > HWY_AVX2
// Vectors of 16 bytes hold too little of a pixel's neighbours.
using reference::interpolate;
#else
constexpr int kChunk = 64;  ///< pixels done at a time, so that all about them stays in the nearest cache
constexpr int kOutside = -(1 << 29);  ///< the column at or below a point outside the image
constexpr std::size_t kLanes = hn::MaxLanes(Singles());

/// Where so many pixels of a row read, and their weights.
template <int kTaps>
struct Points {
  alignas(64) std::int32_t left[kChunk], top[kChunk];  ///< first tap
  alignas(64) std::int32_t offset[kChunk];             ///< of the first tap; below 0 unless all lies inside
  /// Bilinear: the place between two pixels. Bicubic: the weights of the first, third and fourth tap (those
  /// of the four taps beside each other for `across`), by which they draw the second one towards them.
  alignas(64) float across[kTaps == 4 ? 4 * kChunk : kChunk], down[kTaps == 4 ? 3 : 1][kChunk];
};

/// The first tap, counted from the pixel at or below the point.
template <int kTaps>
constexpr int kFirst = kTaps == 4 ? -1 : 0;

/// Bytes that are read at a time: those of the taps, and some that are of no use.
template <int kTaps>
constexpr int kRead = kTaps == 4 ? 16 : 8;

/// The last offset of a first tap from which whole vectors can be read in all rows.
template <int kTaps>
int lastOffset(ImageView in) {
  const auto bytes = static_cast<std::int64_t>(in.bytes());
  return static_cast<int>(std::max<std::int64_t>(bytes - kRead<kTaps> - 3 * (kTaps - 1) * in.width, -1));
}

/// The coordinates as Pillow has them, in its order of operations: left, top and what is left between pixels.
template <int kTaps>
HWY_INLINE void findPoints(ImageView in, const Affine& a, const RowPart& part, Points<kTaps>& points,
                           float* dx, float* dy) {
  const Doubles d;
  const FewInts whole;
  const hn::Rebind<float, Doubles> few;
  const Double half = hn::Set(d, 0.5), rowX = hn::Set(d, a.xy * (part.y + 0.5)),
               rowY = hn::Set(d, a.yy * (part.y + 0.5));
  const auto first = hn::Set(whole, kFirst<kTaps>);
  const auto mostLeft = hn::Set(whole, in.width - kTaps), mostTop = hn::Set(whole, in.height - kTaps),
             mostOffset = hn::Set(whole, lastOffset<kTaps>(in)), rowBytes = hn::Set(whole, 3 * in.width);
  const auto steps = hn::Iota(d, 0);
  for (int i = 0; i < part.end - part.begin; i += static_cast<int>(hn::Lanes(d))) {
    const Double x = hn::Add(hn::Set(d, part.begin + i + 0.5), steps);
    const Double xs = hn::Add(hn::Add(hn::Mul(hn::Set(d, a.xx), x), rowX), hn::Set(d, a.x0));
    const Double ys = hn::Add(hn::Add(hn::Mul(hn::Set(d, a.yx), x), rowY), hn::Set(d, a.y0));
    const auto inside = hn::And(hn::And(hn::Ge(xs, hn::Zero(d)), hn::Lt(xs, hn::Set(d, in.width))),
                                hn::And(hn::Ge(ys, hn::Zero(d)), hn::Lt(ys, hn::Set(d, in.height))));
    const Double px = hn::IfThenElse(inside, hn::Sub(xs, half), hn::Set(d, kOutside));
    const Double py = hn::IfThenElse(inside, hn::Sub(ys, half), hn::Zero(d));
    const Double belowX = hn::Floor(px), belowY = hn::Floor(py);
    hn::Store(hn::DemoteTo(few, hn::Sub(px, belowX)), few, dx + i);
    hn::Store(hn::DemoteTo(few, hn::Sub(py, belowY)), few, dy + i);
    const auto left = hn::Add(hn::DemoteTo(whole, belowX), first),
               top = hn::Add(hn::DemoteTo(whole, belowY), first);
    const auto offset = hn::Add(hn::Mul(top, rowBytes), hn::Add(left, hn::Add(left, left)));
    // Below 0 if any of them is.
    const auto room = hn::Or(hn::Or(hn::Or(left, top), hn::Sub(mostOffset, offset)),
                             hn::Or(hn::Sub(mostLeft, left), hn::Sub(mostTop, top)));
    hn::Store(left, whole, points.left + i);
    hn::Store(top, whole, points.top + i);
    hn::Store(hn::Or(offset, hn::BroadcastSignBit(room)), whole, points.offset + i);
  }
}

/// The weights of the cubic kernel with a = -1.
HWY_INLINE void cubicWeights(Single at, Single& first, Single& third, Single& fourth) {
  const Singles d;
  const Single one = hn::Set(d, 1.0F), rest = hn::Sub(one, at), product = hn::Mul(at, rest);
  first = hn::Neg(hn::Mul(product, rest));     // -at (1 - at)^2
  third = hn::Mul(at, hn::Add(one, product));  // at (1 + at - at^2)
  fourth = hn::Neg(hn::Mul(product, at));      // -at^2 (1 - at)
}

HWY_INLINE void locate(ImageView in, const Affine& a, const RowPart& part, Points<2>& points) {
  findPoints(in, a, part, points, points.across, points.down[0]);
}

HWY_INLINE void locate(ImageView in, const Affine& a, const RowPart& part, Points<4>& points) {
  const Singles d;
  alignas(64) float dx[kChunk], dy[kChunk];
  findPoints(in, a, part, points, dx, dy);
  for (int i = 0; i < part.end - part.begin; i += static_cast<int>(kLanes)) {
    Single first, third, fourth;
    cubicWeights(hn::Load(d, dx + i), first, third, fourth);
    hn::StoreInterleaved4(first, hn::Zero(d), third, fourth, d, points.across + 4 * i);
    cubicWeights(hn::Load(d, dy + i), first, third, fourth);
    hn::Store(first, d, points.down[0] + i);
    hn::Store(third, d, points.down[1] + i);
    hn::Store(fourth, d, points.down[2] + i);
  }
}

/// A pixel's taps: the first of them, and how far the rows lie apart.
struct Taps {
  const std::uint8_t* first;
  std::size_t row;
};

/// The taps of a pixel beside the edge, where the outermost pixels are repeated, brought together.
template <int kTaps>
struct Patch {
  std::uint8_t bytes[kTaps][kRead<kTaps>] = {};

  HWY_INLINE Taps of(ImageView in, int left, int top) {
    for (int k = 0; k < kTaps; ++k) {
      const std::uint8_t* row = in.row(std::clamp(top + k, 0, in.height - 1));
      for (int j = 0; j < kTaps; ++j)
        put(bytes[k] + std::ptrdiff_t{3} * j, row + std::size_t{3} * std::clamp(left + j, 0, in.width - 1));
    }
    return {bytes[0], sizeof bytes[0]};
  }
};

/// The taps of a pixel that lies inside.
template <int kTaps>
HWY_INLINE Taps tapsOf(ImageView in, const Points<kTaps>& points, int i, Patch<kTaps>& patch) {
  if (points.offset[i] >= 0) return {in.rgb + points.offset[i], std::size_t{3} * in.width};
  return patch.of(in, points.left[i], points.top[i]);
}

/// Lane k of the result is lane index(k) of `v`.
template <class D, class Index>
HWY_INLINE hn::Vec<D> lanesBy(D d, hn::Vec<D> v, Index) {
  alignas(64) static constexpr auto kIndex = [] {
    std::array<std::int32_t, hn::MaxLanes(D())> index{};
    for (int k = 0; k < static_cast<int>(index.size()); ++k) index[static_cast<std::size_t>(k)] = Index()(k);
    return index;
  }();
  return hn::TableLookupLanes(v, hn::SetTableIndices(d, kIndex.data()));
}

constexpr auto kNext = [](int k) { return std::min(k + 3, 7); };  ///< the next pixel

using EightSingles = hn::CappedTag<float, 8>;

/// Bytes of memory as numbers.
template <class D>
HWY_INLINE hn::Vec<hn::Rebind<std::int32_t, D> > wholes(D /*tag*/, const std::uint8_t* bytes) {
  return hn::PromoteTo(hn::Rebind<std::int32_t, D>(), hn::LoadU(hn::Rebind<std::uint8_t, D>(), bytes));
}

/// Both pixels of both rows: down first, then across. In the first three lanes.
/// Rounding moves the result by less than 2^-14: half a step of 2^-16 (numbers below 256) for each of the
/// products and sums, and 2^-25 of 255 in each place between pixels.
HWY_INLINE hn::Vec<EightSingles> mixed(const Taps& taps, const Points<2>& points, int i) {
  const EightSingles d;
  const auto upper = wholes(d, taps.first), lower = wholes(d, taps.first + taps.row);
  const auto both = hn::MulAdd(hn::ConvertTo(d, hn::Sub(lower, upper)), hn::Set(d, points.down[0][i]),
                               hn::ConvertTo(d, upper));
  return hn::MulAdd(hn::Sub(lanesBy(d, both, kNext), both), hn::Set(d, points.across[i]), both);
}

/// The four rows at one vector of bytes.
template <class D>
HWY_INLINE hn::Vec<D> mixedDown(D d, const std::uint8_t* bytes, std::size_t row, const Points<4>& points,
                                int i) {
  const auto second = wholes(d, bytes + row);
  auto sum = hn::ConvertTo(d, second);
  const auto draw = [&](const std::uint8_t* from, float weight) {
    sum = hn::MulAdd(hn::ConvertTo(d, hn::Sub(wholes(d, from), second)), hn::Set(d, weight), sum);
  };
  draw(bytes, points.down[0][i]);
  draw(bytes + 2 * row, points.down[1][i]);
  draw(bytes + 3 * row, points.down[2][i]);
  return sum;
}

/// All taps: down first, then across. In the first three lanes.
/// Rounding moves the result by less than 6e-4: the weights are wrong by less than 4e-7 in all, which counts
/// 255 times down and 383 times across (columns lie in -64..319); each step rounds by 2^-16 or less; and what
/// is wrong down counts 1.5 times across.
#if HWY_TARGET <= HWY_AVX3
HWY_INLINE Single mixed(const Taps& taps, const Points<4>& points, int i) {
  const Singles d;
  const Single columns = mixedDown(d, taps.first, taps.row, points, i);
  const Single second = lanesBy(d, columns, [](int k) { return 3 + k % 3; });
  const Single weights = lanesBy(d, hn::LoadDup128(d, points.across + std::ptrdiff_t{4} * i),
                                 [](int k) { return std::min(k / 3, 3); });
  const Single drawn = hn::Mul(hn::Sub(columns, second), weights);
  const Single pairs = hn::Add(drawn, lanesBy(d, drawn, [](int k) { return std::min(k + 6, 15); }));
  return hn::Add(second, hn::Add(pairs, lanesBy(d, pairs, kNext)));
}
#else
HWY_INLINE Single mixed(const Taps& taps, const Points<4>& points, int i) {
  const Singles d;
  const Single firsts = mixedDown(d, taps.first, taps.row, points, i);     // taps 1 and 2
  const Single lasts = mixedDown(d, taps.first + 6, taps.row, points, i);  // taps 3 and 4
  const Single second = lanesBy(d, firsts, [](int k) { return 3 + k % 3; });
  const Single all = hn::LoadDup128(d, points.across + std::ptrdiff_t{4} * i);
  const Single drawn =
      hn::MulAdd(hn::Sub(lasts, second), lanesBy(d, all, [](int k) { return 2 + std::min(k / 3, 1); }),
                 hn::Mul(hn::Sub(firsts, second), lanesBy(d, all, [](int k) { return std::min(k / 3, 1); })));
  return hn::Add(second, hn::Add(drawn, lanesBy(d, drawn, kNext)));
}
#endif

/// The three channels of a pixel, and a fourth lane that is of no use.
using Pixels = hn::CappedTag<double, 4>;
using Pixel = hn::Vec<Pixels>;

/// The cubic kernel in the order of operations that Pillow has.
HWY_INLINE Pixel cubic(Pixel v1, Pixel v2, Pixel v3, Pixel v4, Pixel at) {
  const Pixel first = hn::Sub(v1, v2);
  const Pixel p2 = hn::Sub(v3, v1);
  const Pixel p3 = hn::Sub(hn::Add(hn::Add(first, first), v3), v4);
  const Pixel p4 = hn::Add(hn::Sub(hn::Sub(v2, v1), v3), v4);
  return hn::Add(v2, hn::Mul(at, hn::Add(p2, hn::Mul(at, hn::Add(p3, hn::Mul(at, p4))))));
}

template <int kTaps>
HWY_INLINE Pixel mixedExactly(const Taps& taps, double dx, double dy) {
  const Pixels d;
  Pixel across[kTaps];
  for (int k = 0; k < kTaps; ++k) {
    const auto at = [&](int j) { return wholes(d, taps.first + k * taps.row + std::ptrdiff_t{3} * j); };
    if constexpr (kTaps == 4) {
      across[k] = cubicOf(d, at(0), at(1), at(2), at(3), hn::Set(d, dx));
    } else {
      const Pixel slope = hn::PromoteTo(d, hn::Sub(at(1), at(0)));
      across[k] = hn::Add(hn::PromoteTo(d, at(0)), hn::Mul(slope, hn::Set(d, dx)));
    }
  }
  if constexpr (kTaps == 4) return cubic(across[0], across[1], across[2], across[3], hn::Set(d, dy));
  return hn::Add(across[0], hn::Mul(hn::Sub(across[1], across[0]), hn::Set(d, dy)));
}

/// A pixel as Pillow has it. x, y: of the output
template <int kTaps>
HWY_NOINLINE void putExactly(const Affine& a, int x, int y, const Taps& taps, std::uint8_t* to) {
  const Pixels d;
  const double xs = a.xx * (x + 0.5) + a.xy * (y + 0.5) + a.x0 - 0.5;
  const double ys = a.yx * (x + 0.5) + a.yy * (y + 0.5) + a.y0 - 0.5;
  const Pixel v = mixedExactly<kTaps>(taps, xs - wholeOf(xs), ys - wholeOf(ys));
  const Pixel kept = hn::Min(hn::Max(v, hn::Zero(d)), hn::Set(d, 255.0));
  const hn::Rebind<std::uint8_t, Pixels> narrow;
  std::uint8_t bytes[4];
  hn::StoreU(hn::DemoteTo(narrow, hn::DemoteTo(hn::Rebind<std::int32_t, Pixels>(), kept)), narrow, bytes);
  put(to, bytes);
}

/// Whether all taps are of one colour.
template <int kTaps>
bool isOneColour(const Taps& taps) {
  for (int k = 0; k < kTaps; ++k)
    if (std::memcmp(taps.first + k * taps.row, taps.first, std::size_t{3} * kTaps) != 0) return false;
  return std::memcmp(taps.first, taps.first + 3, std::size_t{3} * (kTaps - 1)) == 0;
}

/// The colours of a chunk of pixels, and which of them lie close to a whole number.
template <int kTaps>
struct Mixed {
  alignas(64) float values[3 * kChunk + kLanes] = {};
  alignas(64) std::uint8_t bytes[3 * kChunk + kLanes];
  int close[kChunk];  ///< pixels in rising order
  int closeCount = 0;

  /// More than the error of mixed().
  static constexpr float kClose = kTaps == 4 ? 0x1p-10F : 0x1p-13F;

  HWY_INLINE void put(int i, const Colour& colour) {
    for (int c = 0; c < 3; ++c) values[3 * i + c] = static_cast<float>(colour[c]) + 0.5F;
  }
  /// Cuts to whole numbers.
  HWY_INLINE void cut(int count) {
    const Singles d;
    const hn::Rebind<std::uint8_t, Singles> narrow;
    closeCount = 0;
    for (int at = 0; at < 3 * count; at += static_cast<int>(kLanes)) {
      const Single v = hn::Load(d, values + at);
      const Single off = hn::Abs(hn::Sub(v, hn::Round(v)));
      const auto close = hn::Lt(off, hn::Set(d, kClose));
      hn::StoreU(hn::DemoteTo(narrow, HWY_NAMESPACE::cut(v)), narrow, bytes + at);
      if (HWY_UNLIKELY(!hn::AllFalse(d, close))) note(hn::IfThenElseZero(close, hn::Set(d, 1.0F)), at, count);
    }
  }
  HWY_NOINLINE void note(Single close, int at, int count) {
    alignas(64) float lanes[kLanes];
    hn::Store(close, Singles(), lanes);
    for (int k = 0; k < static_cast<int>(kLanes); ++k) {
      const int pixel = (at + k) / 3;
      if (lanes[k] == 0 || pixel >= count || (closeCount > 0 && this->close[closeCount - 1] == pixel))
        continue;
      this->close[closeCount++] = pixel;
    }
  }
};

template <class V>
HWY_INLINE hn::Vec<hn::Full128<float> > firstFour(V v) {
  if constexpr (sizeof(V) == 64)
    return hn::LowerHalf(hn::LowerHalf(v));
  else
    return hn::LowerHalf(v);
}

template <int kTaps>
HWY_INLINE void mixChunk(ImageView in, const Points<kTaps>& points, int count, const Colour& fill,
                         Patch<kTaps>& patch, Mixed<kTaps>& result) {
  for (int i = 0; i < count; ++i) {
    if (HWY_UNLIKELY(points.offset[i] < 0 && points.left[i] == kOutside + kFirst<kTaps>)) {
      result.put(i, fill);
      continue;
    }
    const auto colours = mixed(tapsOf(in, points, i, patch), points, i);
    hn::StoreU(firstFour(colours), hn::Full128<float>(), result.values + std::ptrdiff_t{3} * i);
  }
  result.cut(count);
}

template <int kTaps>
void interpolated(ImageView in, ImageSpan out, const Affine& a, const Sampling& sampling,
                  const RowPart& part) {
  const Colour fill = sampling.fill;
  Points<kTaps> points;
  Patch<kTaps> patch;
  Mixed<kTaps> result;
  for (int begin = part.begin; begin < part.end; begin += kChunk) {
    const int count = std::min(kChunk, part.end - begin);
    locate(in, a, {part.y, begin, begin + count}, points);
    mixChunk(in, points, count, fill, patch, result);
    std::memcpy(out.row(part.y) + std::size_t{3} * begin, result.bytes, std::size_t{3} * count);
    for (int k = 0; k < result.closeCount; ++k) {
      const int i = result.close[k];
      const Taps taps = tapsOf(in, points, i, patch);
      if (!isOneColour<kTaps>(taps))
        putExactly<kTaps>(a, begin + i, part.y, taps, out.row(part.y) + std::size_t{3} * (begin + i));
    }
  }
}

void interpolate(ImageView in, ImageSpan out, const Affine& a, const Sampling& sampling,
                 const RowPart& part) {
  if (in.bytes() >= std::size_t{1} << 31) return reference::interpolate(in, out, a, sampling, part);
  sampling.filter == Filter::bicubic ? interpolated<4>(in, out, a, sampling, part)
                                     : interpolated<2>(in, out, a, sampling, part);
}
#endif
}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace uada {
HWY_EXPORT(interpolate);

void simd::interpolate(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling,
                       const RowPart& part) {
  HWY_DYNAMIC_DISPATCH(interpolate)(in, out, affine, sampling, part);
}
}  // namespace uada
#endif
