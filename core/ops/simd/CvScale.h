#pragma once

#include <cstddef>
#include <cstdint>

namespace uada {

/// What a column or row of a scaled picture is made of: the pixels at and behind a place, and their weights
/// in 1/2048.
struct ScaleTaps {
  int first;
  std::int16_t weights[2];
};

namespace reference {

/// count  pixels
inline void scaleAcross(const std::uint8_t* row, const ScaleTaps* columns, std::size_t count,
                        std::int16_t* out) {
  for (std::size_t i = 0; i < count; ++i) {
    const ScaleTaps& taps = columns[i];
    const std::uint8_t* from = row + std::ptrdiff_t{3} * taps.first;
    // The last column has no pixel behind it, and no weight for one.
    const std::uint8_t* next = taps.weights[1] == 0 ? from : from + 3;
    for (int c = 0; c < 3; ++c)
      *out++ = static_cast<std::int16_t>((from[c] * taps.weights[0] + next[c] * taps.weights[1]) >> 4);
  }
}

/// count  bytes
inline void scaleDown(const std::int16_t* upper, const std::int16_t* lower, const ScaleTaps& taps,
                      std::size_t count, std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) {
    const int sum = (upper[i] * taps.weights[0] >> 16) + (lower[i] * taps.weights[1] >> 16);
    out[i] = static_cast<std::uint8_t>((sum + 2) >> 2);
  }
}

}  // namespace reference

/// The passes of OpenCV's bilinear resizing, in its fixed point; as those of the same name in
/// uada::reference.
namespace simd {

/// A row of 8-bit RGB across, in 1/128; columns do not fall. Writes one number behind the last pixel, too.
/// rowBytes  of the row, none of which lies behind them is read
/// out       [3 count + 1]
void scaleAcross(const std::uint8_t* row, std::size_t rowBytes, const ScaleTaps* columns, std::size_t count,
                 std::int16_t* out);
void scaleDown(const std::int16_t* upper, const std::int16_t* lower, const ScaleTaps& taps, std::size_t count,
               std::uint8_t* out);

}  // namespace simd
}  // namespace uada
