#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/engine/models/Model.h"

namespace uada {

/// What the two detectors on VGG16 have in common: their six maps, without torch. Numbers of channels are
/// multiples of the width, 64 as published.
struct DetectorShape {
  static constexpr std::size_t kMaps = 6;
  static constexpr int kLeastSide = 100;                               ///< of the input, pixels
  static constexpr std::array<int, kMaps> kWidths{8, 16, 8, 4, 4, 4};  ///< channels of each map / width
  static constexpr std::array<int, 5> kStages{1, 2, 4, 8, 8};          ///< channels of VGG's stages / width
  static constexpr std::array<int, 5> kConvolutions{2, 2, 3, 3, 3};    ///< in each of them

  /// Aspects beside 1 of each map's priors; each comes standing, too.
  std::array<int, kMaps> aspects;
  /// Priors of each place of a map: two squares, and two of each aspect.
  int boxes(std::size_t map) const { return 2 + 2 * aspects.at(map); }

  static std::int64_t conv(std::int64_t in, std::int64_t out, std::int64_t pixels) {
    return pixels * in * out + out;  // with a bias
  }
  /// Of the thirteen convolutions, and of the two in place of the first linear layers.
  static std::int64_t vggParameters(std::int64_t width) {
    std::int64_t sum = 0, in = 3;
    for (std::size_t stage = 0; stage < kStages.size(); ++stage)
      for (int i = 0; i < kConvolutions[stage]; ++i, in = width * kStages[stage])
        sum += conv(in, width * kStages[stage], 9);
    return sum + conv(in, 16 * width, 9) + conv(16 * width, 16 * width, 1);
  }
  /// Of the 3x3 convolutions that say offsets and classes.
  std::int64_t headParameters(std::int64_t width, int classes) const {
    std::int64_t sum = 0;
    for (std::size_t map = 0; map < kMaps; ++map)
      sum += conv(width * kWidths[map], std::int64_t{1} * boxes(map) * (4 + classes + 1), 9);
    return sum;
  }
  static std::string inputProblem(const Input& input, const std::string& network) {
    const std::string problem = sideProblem(input, kLeastSide, network + ", which halves them six times,");
    if (!problem.empty() || input.height == input.width) return problem;
    return std::to_string(input.width) + " x " + std::to_string(input.height) + " found, for " + network +
           " a square expected, such as 300 x 300";
  }
};

constexpr DetectorShape kSsdShape{{1, 2, 2, 2, 1, 1}}, kRfbShape{{2, 2, 2, 2, 1, 1}};

}  // namespace uada
