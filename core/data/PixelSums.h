#pragma once

#include <array>
#include <cstdint>

#include "core/images/Image.h"

namespace uada {

/// Whole sums over pixels, so that adding up images in any order gives the same.
struct PixelSums {
  std::array<std::uint64_t, 3> sum{}, squares{};  ///< of the values 0..255 and their squares, per channel
  std::uint64_t pixels = 0;

  PixelSums& operator+=(const PixelSums& other);
  friend bool operator==(const PixelSums&, const PixelSums&) = default;
};
PixelSums sumsOf(ImageView image);

/// Mean and unbiased deviation over all pixels of a set, per channel, of value / 255.
struct ChannelStatistics {
  std::array<float, 3> mean{}, deviation{};
};
/// sums  of at least one pixel
ChannelStatistics statisticsOf(const PixelSums& sums);

}  // namespace uada
