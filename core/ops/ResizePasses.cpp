#include "core/ops/ResizePasses.h"

#include <algorithm>

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

void reference::resizeDown(PixelRows in, const ResizeTaps& taps, std::uint8_t* to) {
  const std::size_t bytes = std::size_t{3} * in.width;
  for (std::size_t y = 0; y < taps.first.size(); ++y)
    for (std::size_t i = 0; i < bytes; ++i, ++to) {
      std::int32_t sum = kResizeHalf;
      for (int k = 0; k < taps.count[y]; ++k) sum += in.row(taps.first[y] + k)[i] * taps.of(y)[k];
      *to = byteOf(sum);
    }
}

}  // namespace uada
