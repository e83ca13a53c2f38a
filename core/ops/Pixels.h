#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace uada {

using Colour = std::array<std::uint8_t, 3>;

/// Copies one pixel.
inline void put(std::uint8_t* out, const std::uint8_t* colour) {
  out[0] = colour[0];
  out[1] = colour[1];
  out[2] = colour[2];
}

/// Paints `count` pixels in a row.
inline void fillPixels(std::uint8_t* out, int count, const Colour& colour) {
  constexpr int kPixels = 16;  // a whole number of words
  constexpr std::size_t kBytes = std::size_t{3} * kPixels;
  if (count < kPixels) {
    for (int i = 0; i < count; ++i) put(out + 3 * i, colour.data());
    return;
  }
  // Made of numbers: bytes written one by one would have to be waited for.
  const std::uint64_t one = colour[0] | std::uint64_t{colour[1]} << 8 | std::uint64_t{colour[2]} << 16;
  const std::uint64_t words[] = {one | one << 24 | one << 48, one >> 16 | one << 8 | one << 32 | one << 56,
                                 one >> 8 | one << 16 | one << 40};
  std::array<std::uint64_t, kBytes / 8> pixels;
  for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] = words[k % 3];
  for (int i = 0; i + kPixels <= count; i += kPixels) std::memcpy(out + 3 * i, pixels.data(), kBytes);
  std::memcpy(out + std::ptrdiff_t{3} * (count - kPixels), pixels.data(), kBytes);
}

}  // namespace uada
