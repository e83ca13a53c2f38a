#include "core/ops/Degrade.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <vector>

#include "core/base/Philox.h"
#include "core/ops/Crop.h"

namespace uada {
namespace {

constexpr int kPerDeviation = 4096;  // of the normal distribution's numbers
constexpr int kPlaces = 65536;
constexpr std::size_t kPerBlock = 8;  // halves of Philox's four words

/// Quantiles of the normal distribution. None lies so near to the middle of two whole numbers that another
/// machine's last bit could round it to the other.
const std::vector<std::int16_t>& quantiles() {
  static const std::vector<std::int16_t> all = [] {
    const boost::math::normal normal;
    std::vector<std::int16_t> numbers;
    for (int i = 0; i < kPlaces; ++i)
      numbers.push_back(static_cast<std::int16_t>(
          std::lround(kPerDeviation * boost::math::quantile(normal, (i + 0.5) / kPlaces))));
    return numbers;
  }();
  return all;
}

/// The nearest whole number of `sum` in units of `unit`, halves up.
int rounded(int sum, int unit) {
  constexpr int kUp = 4096;  // more than any noise: division cuts towards 0
  return (sum + unit / 2 + kUp * unit) / unit - kUp;
}

constexpr int kShift = 16;  // weights add up to 1 << kShift

/// Of the middle pixel, then of those beside it.
std::vector<std::uint32_t> gaussian(int hundredths) {
  const double deviation = hundredths / double{kBlurPerOne};
  const int reach = (3 * hundredths + kBlurPerOne - 1) / kBlurPerOne;
  std::vector<double> shares;
  double sum = 0;
  for (int k = 0; k <= reach; ++k) {
    shares.push_back(k == 0 ? 1 : std::exp(-k * k / (2 * deviation * deviation)));
    sum += k == 0 ? 1 : 2 * shares.back();
  }
  std::vector<std::uint32_t> weights;
  std::uint32_t middle = 1U << kShift;
  for (const double share : shares) {
    weights.push_back(static_cast<std::uint32_t>(std::lround(share / sum * (1 << kShift))));
    middle -= weights.size() == 1 ? 0 : 2 * weights.back();
  }
  weights[0] = middle;
  return weights;
}

/// Along rows of numbers that stand `stride` apart, `size` of them.
/// put(i, sum)  takes each sum, which is at most 255 * 2^24
template <class Number, class Put>
void blurLine(const Number* numbers, std::size_t stride, int size, const std::vector<std::uint32_t>& weights,
              const Put& put) {
  const int reach = static_cast<int>(weights.size()) - 1;
  const auto at = [&](int i) {
    const int place = i < 0 || i >= size ? reflected(i, size) : i;
    return std::uint32_t{numbers[stride * static_cast<std::size_t>(place)]};
  };
  for (int i = 0; i < size; ++i) {
    std::uint32_t sum = weights[0] * at(i);
    for (int k = 1; k <= reach; ++k) sum += weights[static_cast<std::size_t>(k)] * (at(i - k) + at(i + k));
    put(i, sum);
  }
}

}  // namespace

void addNoise(ImageView in, ImageSpan out, int tenths, std::uint32_t key) {
  const std::vector<std::int16_t>& normal = quantiles();
  constexpr int kUnit = kNoisePerOne * kPerDeviation;
  const std::size_t count = in.bytes();
  for (std::size_t begin = 0; begin < count; begin += kPerBlock) {
    const auto words = philox(
        {static_cast<std::uint32_t>(begin / kPerBlock), 0, 0, static_cast<std::uint32_t>(Purpose::noise)},
        {key, 0});
    const std::size_t end = std::min(kPerBlock, count - begin);
    for (std::size_t i = 0; i < end; ++i) {
      const std::uint32_t half = words[i / 2] >> (i % 2 * 16) & 0xFFFF;
      const int noisy = in.rgb[begin + i] + rounded(tenths * normal[half], kUnit);
      out.rgb[begin + i] = static_cast<std::uint8_t>(std::clamp(noisy, 0, 255));
    }
  }
}

void blurGaussian(ImageView in, ImageSpan out, int hundredths) {
  const std::vector<std::uint32_t> weights = gaussian(hundredths);
  thread_local std::vector<std::uint16_t> across;  // bytes times 256
  across.resize(in.bytes());
  const std::size_t row = std::size_t{3} * in.width;
  for (int y = 0; y < in.height; ++y)
    for (std::size_t c = 0; c < 3; ++c) {
      std::uint16_t* to = across.data() + row * static_cast<std::size_t>(y) + c;
      blurLine(in.row(y) + c, 3, in.width, weights,
               [&](int x, std::uint32_t sum) { to[3 * x] = static_cast<std::uint16_t>((sum + 128) >> 8); });
    }
  for (std::size_t i = 0; i < row; ++i)
    blurLine(across.data() + i, row, in.height, weights, [&](int y, std::uint32_t sum) {
      out.row(y)[i] = static_cast<std::uint8_t>((sum + (1U << 23)) >> 24);
    });
}

void quantise(ImageView in, ImageSpan out, int step) {
  std::array<std::uint8_t, 256> table{};
  for (int v = 0; v < 256; ++v)
    table[static_cast<std::size_t>(v)] =
        static_cast<std::uint8_t>(std::min(255, (v + step / 2) / step * step));
  for (std::size_t i = 0; i < in.bytes(); ++i) out.rgb[i] = table[in.rgb[i]];
}

}  // namespace uada
