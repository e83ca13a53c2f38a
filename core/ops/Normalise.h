#pragma once

#include <array>

#include "core/images/Image.h"

namespace uada {

/// Bytes to numbers about 0: (byte / 255 - mean) / deviation of each channel, in single precision, as
/// torchvision's ToTensor and Normalize. A table of 256 values a channel.
class Normaliser {
 public:
  /// mean, deviation: of the data set, of bytes / 255
  Normaliser(const std::array<float, 3>& mean, const std::array<float, 3>& deviation);

  /// out: [height, width, 3]
  void apply(ImageView in, float* out) const;

 private:
  std::array<std::array<float, 256>, 3> table_;
};

}  // namespace uada
