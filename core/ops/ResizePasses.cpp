#include "core/ops/ResizePasses.h"

#include <algorithm>
#include <array>

namespace uada {
namespace {

std::uint8_t byteOf(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kResizeBits, 0, 255));
}

}  // namespace

void reference::resizeAcross(PixelRows in, const ResizeTaps& taps, std::uint8_t* to, std::uint8_t*) {
  for (int y = 0; y < in.height; ++y)
    for (std::size_t x = 0; x < taps.first.size(); ++x, to += 3) {
      const std::int32_t* weights = taps.of(x);
      const std::uint8_t* pixel = in.row(y) + std::size_t{3} * taps.first[x];
      std::int32_t red = kResizeHalf, green = kResizeHalf, blue = kResizeHalf;
      for (int k = 0; k < taps.count[x]; ++k, pixel += 3) {
        red += pixel[0] * weights[k];
        green += pixel[1] * weights[k];
        blue += pixel[2] * weights[k];
      }
      to[0] = byteOf(red);
      to[1] = byteOf(green);
      to[2] = byteOf(blue);
    }
}

/// Whole rows are summed up, a stretch of bytes at a time.
void reference::resizeDown(PixelRows in, const ResizeTaps& taps, std::uint8_t* to) {
  std::array<std::int32_t, 256> sums;
  const std::size_t bytes = std::size_t{3} * in.width;
  for (std::size_t y = 0; y < taps.first.size(); ++y)
    for (std::size_t begin = 0; begin < bytes; begin += sums.size()) {
      const std::size_t length = std::min(sums.size(), bytes - begin);
      std::fill_n(sums.begin(), length, kResizeHalf);
      for (int k = 0; k < taps.count[y]; ++k) {
        const std::uint8_t* row = in.row(taps.first[y] + k) + begin;
        const std::int32_t weight = taps.of(y)[k];
        for (std::size_t i = 0; i < length; ++i) sums[i] += row[i] * weight;
      }
      for (std::size_t i = 0; i < length; ++i) *to++ = byteOf(sums[i]);
    }
}

}  // namespace uada
