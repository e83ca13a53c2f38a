#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace uada {

/// Weights are whole numbers: 1 is 2^22. Sums of 8-bit pixels begin at a half, so that cutting them off
/// rounds.
constexpr int kResizeBits = 32 - 8 - 2;
constexpr std::int32_t kResizeHalf = 1 << (kResizeBits - 1);

/// Which source pixels make each output pixel of one axis, and how much each counts.
struct ResizeTaps {
  std::vector<int> first;             ///< of each output pixel: the first source pixel, never falling
  std::vector<int> count;             ///< and how many
  std::vector<std::int32_t> weights;  ///< `stride` of each output pixel, in 22 bits of fraction
  std::vector<double> exact;          ///< of one output pixel
  int stride = 0;

  const std::int32_t* of(std::size_t pixel) const { return weights.data() + pixel * stride; }
};

/// Some rows of 8-bit RGB pixels, `stride` bytes from one to the next.
struct PixelRows {
  const std::uint8_t* rgb = nullptr;
  std::size_t stride = 0;
  int width = 0, height = 0;
  const std::uint8_t* row(int y) const { return rgb + stride * static_cast<std::size_t>(y); }
};

/// How many rows resizeAcross() takes at once, and so the bytes of room it needs: these times 3 * width.
constexpr int kRowsAtOnce = 16;

/// The two passes of a resize, in plain C++; each sum is rounded and cut to 8 bits.
/// to    [in.height, taps.first.size(), 3], and [taps.first.size(), in.width, 3]
/// room  kRowsAtOnce * 3 * in.width bytes
namespace reference {
void resizeAcross(PixelRows in, const ResizeTaps& taps, std::uint8_t* to, std::uint8_t* room);
void resizeDown(PixelRows in, const ResizeTaps& taps, std::uint8_t* to);
}  // namespace reference

/// The same for the instruction set of the machine, to the bit.
namespace simd {
void resizeAcross(PixelRows in, const ResizeTaps& taps, std::uint8_t* to, std::uint8_t* room);
void resizeDown(PixelRows in, const ResizeTaps& taps, std::uint8_t* to);
}  // namespace simd

}  // namespace uada
