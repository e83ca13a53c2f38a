#pragma once

#include <array>
#include <string>

#include "core/engine/models/Model.h"

namespace uada {

/// Pyramid scene parsing: a dilated ResNet of bottleneck blocks with a deep stem, pooled over bins of 1, 2, 3
/// and 6, and a second classifier behind stage 3 that only trains. Its output has the input's size, which
/// must be a multiple of 8 and one more.
struct PspNet {
  static constexpr const char* kName = "pspnet";
  static constexpr const char* kTitle = "PSPNet";
  static constexpr const char* kSource = "Zhao et al., CVPR 2017; their later code, SemSeg";
  static constexpr const char* kTask = "segmentation";

  int depth = 14;
  int width = 16;
  double dropout = 0.1;
  double headRate = 1;

  void visit(SettingsVisitor& v) {
    v.field({.name = "depth",
             .title = "Depth",
             .help = "Layers with weights of the backbone: 14 and 26 are small, 50 and 101 published",
             .choices = {"14", "26", "50", "101"},
             .storedAsText = true},
            depth);
    v.field({.name = "width",
             .title = "Width",
             .help = "Channels of the stem; 64 as published",
             .min = 1,
             .max = 256},
            width);
    v.field({.name = "dropout",
             .title = "Dropout",
             .help = "Share of the channels before each classifier that are zero while training",
             .min = 0,
             .max = 0.9,
             .advanced = true},
            dropout);
    v.field({.name = "head_rate",
             .title = "Rate of the heads",
             .help = "Factor of the learning rate for all behind the backbone; 10 where that is pretrained",
             .min = 0.001,
             .max = 1000,
             .advanced = true,
             .later = true},
            headRate);
  }

  static constexpr int kExpansion = 4;  ///< of a bottleneck block
  static constexpr std::array<int, 4> kBins{1, 2, 3, 6};
  /// Bottleneck blocks in each of the four stages.
  std::array<int, 4> blocks() const {
    switch (depth) {
      case 26: return {2, 2, 2, 2};
      case 50: return {3, 4, 6, 3};
      case 101: return {3, 4, 23, 3};
      default: return {1, 1, 1, 1};
    }
  }
  /// Channels behind stage `stage`, 0 to 3.
  int channels(int stage) const { return (width << stage) * kExpansion; }

  static std::int64_t parameters(const PspNet& settings, const ModelContext& context) {
    const auto conv = [](std::int64_t in, std::int64_t out, std::int64_t kernel) {
      return kernel * kernel * in * out + 2 * out;  // with its batch normalisation
    };
    const std::int64_t w = settings.width, classes = context.classes;
    std::int64_t sum = conv(3, w, 3) + conv(w, w, 3) + conv(w, 2 * w, 3), in = 2 * w;
    for (int stage = 0; stage < 4; ++stage) {
      const std::int64_t planes = w << stage, out = planes * kExpansion;
      for (int block = 0; block < settings.blocks()[static_cast<std::size_t>(stage)]; ++block, in = out) {
        sum += conv(in, planes, 1) + conv(planes, planes, 3) + conv(planes, out, 1);
        if (block == 0) sum += conv(in, out, 1);
      }
    }
    sum += 4 * conv(in, in / 4, 1);                                     // of the pooled maps
    sum += conv(2 * in, in / 4, 3) + in / 4 * classes + classes;        // the classifier
    return sum + conv(in / 2, in / 8, 3) + in / 8 * classes + classes;  // the one behind stage 3
  }
  static std::string inputProblem(const Input& input) {
    if (input.height % 8 == 1 && input.width % 8 == 1) return "";
    return std::to_string(input.width) + " x " + std::to_string(input.height) +
           " found, for pspnet sides that are a multiple of 8 and one more expected, such as 161 or 713";
  }
  static std::string shortName(const PspNet& settings) {
    return "psp" + std::to_string(settings.depth) +
           (settings.width == 64 ? "" : "w" + std::to_string(settings.width));
  }
};

}  // namespace uada
