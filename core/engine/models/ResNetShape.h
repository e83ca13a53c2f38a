#pragma once

#include <cstdint>
#include <vector>

namespace uada {

/// Four stages of residual blocks: what the networks of He et al. 2016 have in common.
struct ResNetShape {
  std::vector<int> blocks;  ///< in each stage
  bool bottleneck = false;  ///< blocks of 1x1, 3x3, 1x1 to four times the channels, instead of two 3x3

  static constexpr int kExpansion = 4;  ///< of a bottleneck
  int channels(int planes) const { return bottleneck ? planes * kExpansion : planes; }
};

/// depth  layers with weights: 10, 18, 34, 50 or 101
inline ResNetShape resNetShape(int depth) {
  switch (depth) {
    case 10: return {{1, 1, 1, 1}};
    case 34: return {{3, 4, 6, 3}};
    case 50: return {{3, 4, 6, 3}, true};
    case 101: return {{3, 4, 23, 3}, true};
    default: return {{2, 2, 2, 2}};
  }
}

/// Weights of a network of that shape: the stages, their stem and the classifier.
/// stem   weights of the first convolution, which gives `width` channels
inline std::int64_t resNetParameters(const ResNetShape& shape, std::int64_t stem, int width, int classes) {
  const auto conv = [](std::int64_t in, std::int64_t out, std::int64_t kernel) {
    return kernel * kernel * in * out + 2 * out;  // with its batch normalisation
  };
  std::int64_t sum = stem + 2 * width, in = width;
  int planes = width;
  for (const int count : shape.blocks) {
    const std::int64_t out = shape.channels(planes);
    for (int block = 0; block < count; ++block, in = out) {
      sum += shape.bottleneck ? conv(in, planes, 1) + conv(planes, planes, 3) + conv(planes, out, 1)
                              : conv(in, out, 3) + conv(out, out, 3);
      if (in != out) sum += conv(in, out, 1);  // of the shortcut
    }
    planes *= 2;
  }
  return sum + in * classes + classes;
}

}  // namespace uada
