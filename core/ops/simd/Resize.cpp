#include <algorithm>
#include <cstring>

#include "core/ops/ResizePasses.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/ops/simd/Resize.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {
namespace {
#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR
using reference::resizeAcross;
using reference::resizeDown;
#else
namespace hn = hwy::HWY_NAMESPACE;

using Bytes = hn::CappedTag<std::uint8_t, 16>;
using Sums = hn::CappedTag<std::int32_t, 16>;
using Narrow = hn::Rebind<std::uint8_t, Sums>;
using Sum = hn::Vec<Sums>;

constexpr std::size_t kBlock = 16;                    ///< bytes, and rows, of a square
constexpr std::size_t kLanes = hn::MaxLanes(Sums());  ///< of them in one vector of sums
constexpr std::size_t kParts = kBlock / kLanes;       ///< vectors of sums to a block
static_assert(kBlock == kRowsAtOnce && hn::MaxLanes(Bytes()) == kBlock);

/// Swaps rows and columns of 16 x 16 bytes: four perfect shuffles.
/// from  16 rows; to: 16 columns, `step` bytes from one to the next
template <class From>
inline void transpose(const From& from, std::uint8_t* HWY_RESTRICT to, std::size_t step) {
  const Bytes d;
  hn::Vec<Bytes> a[kBlock], b[kBlock];
  for (std::size_t i = 0; i < kBlock; ++i) a[i] = hn::LoadU(d, from(i));
  const auto shuffle = [](const hn::Vec<Bytes>* in, hn::Vec<Bytes>* out) {
    for (std::size_t i = 0; i < kBlock / 2; ++i) {
      out[2 * i] = hn::InterleaveLower(Bytes(), in[i], in[i + kBlock / 2]);
      out[2 * i + 1] = hn::InterleaveUpper(Bytes(), in[i], in[i + kBlock / 2]);
    }
  };
  shuffle(a, b), shuffle(b, a), shuffle(a, b), shuffle(b, a);
  for (std::size_t i = 0; i < kBlock; ++i) hn::StoreU(a[i], d, to + i * step);
}

/// Up to 16 rows as columns: to[16 * i + r] is byte i of row r. Of fewer rows the last is repeated.
inline void toColumns(PixelRows in, int begin, std::uint8_t* HWY_RESTRICT to) {
  const std::size_t bytes = std::size_t{3} * in.width;
  const std::uint8_t* rows[kBlock];
  for (std::size_t r = 0; r < kBlock; ++r)
    rows[r] = in.row(std::min(begin + static_cast<int>(r), in.height - 1));
  std::size_t i = 0;
  for (; i + kBlock <= bytes; i += kBlock)
    transpose([&](std::size_t r) { return rows[r] + i; }, to + kBlock * i, kBlock);
  for (; i < bytes; ++i)
    for (std::size_t r = 0; r < kBlock; ++r) to[kBlock * i + r] = rows[r][i];
}

/// Adds weight * byte of 16 bytes.
inline void addBytes(Sum* sums, const std::uint8_t* HWY_RESTRICT bytes, Sum weight) {
  for (std::size_t p = 0; p < kParts; ++p)
    sums[p] =
        hn::Add(sums[p], hn::Mul(weight, hn::PromoteTo(Sums(), hn::LoadU(Narrow(), bytes + p * kLanes))));
}

inline void putBytes(const Sum* sums, std::uint8_t* HWY_RESTRICT to) {
  for (std::size_t p = 0; p < kParts; ++p)
    hn::StoreU(hn::DemoteTo(Narrow(), hn::ShiftRight<kResizeBits>(sums[p])), Narrow(), to + p * kLanes);
}

inline void begin(Sum* sums) {
  for (std::size_t p = 0; p < kParts; ++p) sums[p] = hn::Set(Sums(), kResizeHalf);
}

/// One output pixel of 16 rows, still as columns: to[16 * c + r].
inline void acrossPixel(const std::uint8_t* HWY_RESTRICT columns, const std::int32_t* HWY_RESTRICT weights,
                        int count, std::uint8_t* HWY_RESTRICT to) {
  Sum red[kParts], green[kParts], blue[kParts];
  begin(red), begin(green), begin(blue);
  for (int k = 0; k < count; ++k, columns += 3 * kBlock) {
    const Sum weight = hn::Set(Sums(), weights[k]);
    addBytes(red, columns, weight);
    addBytes(green, columns + kBlock, weight);
    addBytes(blue, columns + 2 * kBlock, weight);
  }
  putBytes(red, to), putBytes(green, to + kBlock), putBytes(blue, to + 2 * kBlock);
}

/// Sixteen rows at a time, turned so that the rows lie side by side in a vector: then every output pixel is a
/// weighted sum of whole vectors.
void resizeAcross(PixelRows in, const ResizeTaps& taps, std::uint8_t* to, std::uint8_t* room) {
  constexpr std::size_t kPixels = 16;  // whose columns are whole squares of bytes
  alignas(64) std::uint8_t turned[kPixels * 3 * kBlock];
  alignas(64) std::uint8_t square[kBlock * kBlock];
  const std::size_t width = taps.first.size(), bytes = 3 * width;
  for (int y = 0; y < in.height; y += static_cast<int>(kBlock)) {
    const std::size_t rows = std::min<std::size_t>(kBlock, static_cast<std::size_t>(in.height - y));
    toColumns(in, y, room);
    std::uint8_t* out = to + bytes * static_cast<std::size_t>(y);
    for (std::size_t x = 0; x < width; x += kPixels) {
      const std::size_t pixels = std::min(kPixels, width - x);
      for (std::size_t i = 0; i < pixels; ++i)
        acrossPixel(room + 3 * kBlock * static_cast<std::size_t>(taps.first[x + i]), taps.of(x + i),
                    taps.count[x + i], turned + 3 * kBlock * i);
      for (std::size_t i = 0; i < 3 * pixels; i += kBlock) {
        const std::size_t length = std::min(kBlock, 3 * pixels - i);
        if (rows == kBlock && length == kBlock) {
          transpose([&](std::size_t c) { return turned + kBlock * (i + c); }, out + 3 * x + i, bytes);
          continue;
        }
        transpose([&](std::size_t c) { return turned + kBlock * (i + c); }, square, kBlock);
        for (std::size_t r = 0; r < rows; ++r)
          std::memcpy(out + r * bytes + 3 * x + i, square + kBlock * r, length);
      }
    }
  }
}

void resizeDown(PixelRows in, const ResizeTaps& taps, std::uint8_t* to) {
  const std::size_t bytes = std::size_t{3} * in.width;
  if (bytes < kBlock) return reference::resizeDown(in, taps, to);
  for (std::size_t y = 0; y < taps.first.size(); ++y, to += bytes)
    for (std::size_t i = 0; i < bytes; i += kBlock) {
      const std::size_t at = std::min(i, bytes - kBlock);  // the last block overlaps the one before
      Sum sums[kParts];
      begin(sums);
      for (int k = 0; k < taps.count[y]; ++k)
        addBytes(sums, in.row(taps.first[y] + k) + at, hn::Set(Sums(), taps.of(y)[k]));
      putBytes(sums, to + at);
    }
}
#endif
}  // namespace
}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace uada {
HWY_EXPORT(resizeAcross);
HWY_EXPORT(resizeDown);

void simd::resizeAcross(PixelRows in, const ResizeTaps& taps, std::uint8_t* to, std::uint8_t* room) {
  HWY_DYNAMIC_DISPATCH(resizeAcross)(in, taps, to, room);
}
void simd::resizeDown(PixelRows in, const ResizeTaps& taps, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(resizeDown)(in, taps, to);
}
}  // namespace uada
#endif
