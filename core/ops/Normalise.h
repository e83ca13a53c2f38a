#pragma once

#include <array>
#include <cstdint>

#include "core/images/Image.h"

namespace uada {

/// What a byte becomes, and the constants to compute it without a table. Arrays over 48 repeat with the
/// channel, so that a vector of up to 16 lanes can start at any multiple of its length.
struct NormaliseRule {
  using Repeated = std::array<float, 48>;
  std::array<std::array<float, 256>, 3> values;          ///< of each channel: the definition
  std::array<std::array<std::uint16_t, 256>, 3> halves;  ///< the same as bfloat16
  alignas(64) Repeated mean, deviation;
  alignas(64) Repeated inverse, rest;  ///< 1 / deviation as a sum of two singles
  bool finite = false;                 ///< all values are finite
  bool fused = false;                  ///< multiplying by `inverse` and `rest` gives all values to the bit
};

/// Bytes to numbers about 0: (byte / 255 - mean) / deviation of each channel, in single precision, as
/// torchvision's ToTensor and Normalize.
class Normaliser {
 public:
  /// mean, deviation: of the data set, of bytes / 255
  Normaliser(const std::array<float, 3>& mean, const std::array<float, 3>& deviation);

  /// out: [height, width, 3]
  void apply(ImageView in, float* out) const;
  /// The same rounded to bfloat16, ties to even, as torch converts single precision. out: [height, width, 3]
  void apply(ImageView in, std::uint16_t* out) const;

  const NormaliseRule& rule() const { return rule_; }

 private:
  NormaliseRule rule_;
};

/// The bits of the nearest bfloat16, ties to even; of anything that is not a number 0x7fc0.
std::uint16_t bfloat16(float value);

}  // namespace uada
