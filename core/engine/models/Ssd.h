#pragma once

#include <string>

#include "core/engine/models/DetectorShape.h"

namespace uada {

/// The single-shot detector on VGG16: boxes and classes from six maps of one forward. As published with width
/// 64 and an input of 300 pixels. Its parameters have the names of its PyTorch version.
struct Ssd {
  static constexpr const char* kName = "ssd";
  static constexpr const char* kTitle = "SSD (VGG16)";
  static constexpr const char* kSource = "Liu et al., ECCV 2016; github.com/amdegroot/ssd.pytorch";
  static constexpr const char* kTask = "detection";

  int width = 64;

  void visit(SettingsVisitor& v) {
    v.field({.name = "width",
             .title = "Width",
             .help = "Channels of VGG16's first stage; 64 as published",
             .min = 1,
             .max = 256},
            width);
  }
  static std::int64_t parameters(const Ssd& settings, const ModelContext& context) {
    const std::int64_t w = settings.width;
    const auto pair = [](std::int64_t in, std::int64_t out) {
      return DetectorShape::conv(in, out / 2, 1) + DetectorShape::conv(out / 2, out, 9);
    };
    const std::int64_t extras = pair(16 * w, 8 * w) + pair(8 * w, 4 * w) + 2 * pair(4 * w, 4 * w);
    const std::int64_t scales = 8 * w;  // of the first map
    return DetectorShape::vggParameters(w) + scales + extras + kSsdShape.headParameters(w, context.classes);
  }
  static std::string inputProblem(const Input& input) { return DetectorShape::inputProblem(input, kName); }
  static std::string shortName(const Ssd& settings) {
    return settings.width == 64 ? "ssd" : "ssdw" + std::to_string(settings.width);
  }
};

}  // namespace uada
