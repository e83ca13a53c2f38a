#include "core/ops/Normalise.h"

#include <bit>
#include <cmath>

#include "core/ops/simd/Kernels.h"

namespace uada {
namespace {

/// In the order of operations of the kernel that multiplies instead of dividing.
float multiplied(const NormaliseRule& rule, std::size_t channel, std::size_t byte) {
  const auto value = static_cast<float>(byte);
  const float shifted = value * simd::k255th + value * simd::k255thRest - rule.mean[channel];
  return std::fma(shifted, rule.inverse[channel], shifted * rule.rest[channel]);
}

}  // namespace

std::uint16_t bfloat16(float value) {
  if (std::isnan(value)) return 0x7fc0;
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

Normaliser::Normaliser(const std::array<float, 3>& mean, const std::array<float, 3>& deviation) {
  rule_.finite = rule_.fused = true;
  for (std::size_t i = 0; i < rule_.mean.size(); ++i) {
    rule_.mean[i] = mean[i % 3];
    rule_.deviation[i] = deviation[i % 3];
    const double inverse = 1.0 / double{deviation[i % 3]};
    rule_.inverse[i] = static_cast<float>(inverse);
    rule_.rest[i] = static_cast<float>(inverse - double{rule_.inverse[i]});
  }
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const float value = (static_cast<float>(byte) / 255.0F - mean[c]) / deviation[c];
      rule_.values[c][byte] = value;
      rule_.halves[c][byte] = bfloat16(value);
      rule_.finite = rule_.finite && std::isfinite(value);
      rule_.fused = rule_.fused && std::bit_cast<std::uint32_t>(multiplied(rule_, c, byte)) ==
                                       std::bit_cast<std::uint32_t>(value);
    }
  }
}

void Normaliser::apply(ImageView in, float* out) const { simd::normalise(in, rule_, out); }

void Normaliser::apply(ImageView in, std::uint16_t* out) const { simd::normaliseHalf(in, rule_, out); }

}  // namespace uada
