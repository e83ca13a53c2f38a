#include "core/data/PixelSums.h"

#include <cmath>

namespace uada {

PixelSums& PixelSums::operator+=(const PixelSums& other) {
  for (std::size_t c = 0; c < 3; ++c) {
    sum[c] += other.sum[c];
    squares[c] += other.squares[c];
  }
  pixels += other.pixels;
  return *this;
}

PixelSums sumsOf(ImageView image) {
  PixelSums total;
  for (int y = 0; y < image.height; ++y) {
    std::array<std::uint32_t, 3> sum{};  // a row has at most 65,500 pixels: 2^16 * 255 fits
    std::array<std::uint64_t, 3> squares{};
    const std::uint8_t* row = image.row(y);
    for (int x = 0; x < image.width; ++x)
      for (std::size_t c = 0; c < 3; ++c) {
        const std::uint32_t value = row[3 * x + static_cast<int>(c)];
        sum[c] += value;
        squares[c] += value * value;
      }
    for (std::size_t c = 0; c < 3; ++c) {
      total.sum[c] += sum[c];
      total.squares[c] += squares[c];
    }
  }
  total.pixels = static_cast<std::uint64_t>(image.width) * static_cast<std::uint64_t>(image.height);
  return total;
}

ChannelStatistics statisticsOf(const PixelSums& sums) {
  // n * sum(v^2) - sum(v)^2 in whole numbers: beyond 64 bits for large sets, and nothing is lost.
  __extension__ using Wide = unsigned __int128;
  ChannelStatistics statistics;
  const auto n = static_cast<double>(sums.pixels);
  for (std::size_t c = 0; c < 3; ++c) {
    const Wide spread = Wide{sums.pixels} * sums.squares[c] - Wide{sums.sum[c]} * sums.sum[c];
    statistics.mean[c] = static_cast<float>(static_cast<double>(sums.sum[c]) / n / 255);
    const double variance = n < 2 ? 0 : static_cast<double>(spread) / n / (n - 1);
    statistics.deviation[c] = static_cast<float>(std::sqrt(variance) / 255);
  }
  return statistics;
}

}  // namespace uada
