#pragma once

#include <string>

#include "core/engine/models/Model.h"

namespace uada {

/// A plain chain of 3x3 convolutions that says what is wrong with a picture; the picture without it is the
/// output. Takes pictures of any size.
struct DnCnn {
  static constexpr const char* kName = "dncnn";
  static constexpr const char* kTitle = "DnCNN";
  static constexpr const char* kSource =
      "Zhang et al., IEEE TIP 2017; the form of their later code, github.com/cszn/DnCNN";
  static constexpr const char* kTask = "denoising";

  int depth = 8;
  int width = 24;

  void visit(SettingsVisitor& v) {
    v.field({.name = "depth",
             .title = "Depth",
             .help = "Convolutions; 17 as published for one level of noise, 20 for several",
             .min = 2,
             .max = 100},
            depth);
    v.field({.name = "width", .title = "Width", .help = "Channels; 64 as published", .min = 1, .max = 1024},
            width);
  }
  /// The first convolution has biases; those in the middle have batch normalisation; the last has neither.
  static std::int64_t parameters(const DnCnn& settings, const ModelContext&) {
    const std::int64_t w = settings.width;
    return (27 * w + w) + (settings.depth - 2) * (9 * w * w + 2 * w) + 27 * w;
  }
  static std::string shortName(const DnCnn& settings) {
    return "dncnn" + std::to_string(settings.depth) +
           (settings.width == 64 ? "" : "w" + std::to_string(settings.width));
  }
};

}  // namespace uada
