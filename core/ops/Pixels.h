#pragma once

#include <algorithm>
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
  if (count <= 0) return;
  if (count <= 4) {
    for (int i = 0; i < count; ++i) put(out + 3 * i, colour.data());
    return;
  }
  const std::size_t bytes = std::size_t{3} * static_cast<unsigned>(count);
  if (colour[0] == colour[1] && colour[1] == colour[2]) {
    std::memset(out, colour[0], bytes);
    return;
  }
  put(out, colour.data());
  for (std::size_t done = 3; done < bytes; done *= 2)
    std::memcpy(out + done, out, std::min(done, bytes - done));
}

}  // namespace uada
