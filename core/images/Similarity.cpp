#include "core/images/Similarity.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/base/Error.h"

namespace uada {
namespace {

void requireSameSize(ImageView a, ImageView b) {
  if (a.width != b.width || a.height != b.height)
    throw Error(fmt::format("a picture of {} x {} pixels cannot be compared with one of {} x {}", a.width,
                            a.height, b.width, b.height));
}

/// Of one direction; adds up to 1.
std::vector<double> gaussian(int length) {
  constexpr double kDeviation = 1.5;
  std::vector<double> window;
  double sum = 0;
  for (int i = 0; i < length; ++i) {
    const double from = i - (length - 1) / 2.0;
    sum += window.emplace_back(std::exp(-from * from / (2 * kDeviation * kDeviation)));
  }
  for (double& share : window) share /= sum;
  return window;
}

/// What the similarity is made of: weighted means of a, b, a^2, b^2 and ab.
using Moments = std::array<double, 5>;

/// Of a window across at each place of a row of one channel.
void addRow(const std::uint8_t* a, const std::uint8_t* b, const std::vector<double>& window,
            std::vector<Moments>& out) {
  for (std::size_t x = 0; x < out.size(); ++x) {
    Moments& sum = out[x] = {};
    for (std::size_t k = 0; k < window.size(); ++k) {
      const double p = a[3 * (x + k)], q = b[3 * (x + k)], share = window[k];
      const Moments one{p, q, p * p, q * q, p * q};
      for (std::size_t m = 0; m < one.size(); ++m) sum[m] += share * one[m];
    }
  }
}

double similarity(const Moments& means) {
  constexpr double kC1 = 0.01 * 255 * 0.01 * 255, kC2 = 0.03 * 255 * 0.03 * 255;
  const auto [a, b, aa, bb, ab] = means;
  return (2 * a * b + kC1) * (2 * (ab - a * b) + kC2) /
         ((a * a + b * b + kC1) * (aa - a * a + bb - b * b + kC2));
}

double channelSsim(ImageView a, ImageView b, int channel) {
  const int high = std::min(kSsimSide, a.height);
  const std::vector<double> across = gaussian(std::min(kSsimSide, a.width)), down = gaussian(high);
  const std::size_t places = static_cast<std::size_t>(a.width) - across.size() + 1;
  std::vector<std::vector<Moments>> rows(down.size(), std::vector<Moments>(places));  // the last ones
  const auto rowAt = [&](int y) -> std::vector<Moments>& { return rows[static_cast<std::size_t>(y % high)]; };
  double sum = 0;
  for (int y = 0; y < a.height; ++y) {
    addRow(a.row(y) + channel, b.row(y) + channel, across, rowAt(y));
    const int top = y - high + 1;
    for (std::size_t x = 0; top >= 0 && x < places; ++x) {
      Moments means{};
      for (int k = 0; k < high; ++k) {
        const Moments& row = rowAt(top + k)[x];
        for (std::size_t m = 0; m < row.size(); ++m) means[m] += down[static_cast<std::size_t>(k)] * row[m];
      }
      sum += similarity(means);
    }
  }
  return sum / (static_cast<double>(places) * (a.height - high + 1));
}

}  // namespace

double psnrOfError(double squaredError) {
  const double decibels = -10 * std::log10(squaredError);
  return decibels > kMostPsnr ? kMostPsnr : decibels;  // what is no number stays so
}

double psnr(ImageView a, ImageView b) {
  requireSameSize(a, b);
  double sum = 0;
  for (std::size_t i = 0; i < a.bytes(); ++i) {
    const double apart = static_cast<double>(a.rgb[i]) - b.rgb[i];
    sum += apart * apart;
  }
  return psnrOfError(sum / (255.0 * 255 * static_cast<double>(a.bytes())));
}

double ssim(ImageView a, ImageView b) {
  requireSameSize(a, b);
  return (channelSsim(a, b, 0) + channelSsim(a, b, 1) + channelSsim(a, b, 2)) / 3;
}

}  // namespace uada
