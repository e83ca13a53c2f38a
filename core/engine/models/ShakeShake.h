#pragma once

#include <string>

#include "core/engine/models/Model.h"

namespace uada {

/// Residual blocks with two branches, which are added with random shares while the network learns.
struct ShakeShake {
  static constexpr const char* kName = "shake-shake";
  static constexpr const char* kTitle = "Shake-Shake 26";
  static constexpr const char* kSource = "Gastaldi 2017, with the author's code";
  static constexpr const char* kTask = "classification";
  static constexpr int kStem = 16;      ///< channels before the first stage
  static constexpr int kBlocks = 4;     ///< in each of three stages: 26 layers with weights
  static constexpr int kLeastSide = 4;  ///< it is halved twice

  int width = 32;
  std::string mode = "image";
  std::string shift = "right-down";

  void visit(SettingsVisitor& v) {
    v.field({.name = "width",
             .title = "Width",
             .help = "Channels of stage 1 in each of the two branches, doubled at each stage; 32, 64, 96 and "
                     "112 are published",
             .min = 2,
             .max = 1024},
            width);
    v.field({.name = "mode",
             .title = "Mode",
             .help = "Shares of the branches forward and backward: drawn for each image, or once a batch; "
                     "even: halves; keep: for each image, the same backward as forward",
             .choices = {"image", "batch", "even", "keep"}},
            mode);
    v.field({.name = "shift",
             .title = "Shift of the shortcut",
             .help = "Where a shortcut's second path moves the map by one pixel: right-down in the author's "
                     "code, left-up in its PyTorch versions",
             .choices = {"right-down", "left-up"},
             .advanced = true},
            shift);
  }

  static std::int64_t parameters(const ShakeShake& settings, const ModelContext& context) {
    const auto conv = [](std::int64_t in, std::int64_t out, std::int64_t kernel) {
      return kernel * kernel * in * out + 2 * out;  // with its batch normalisation
    };
    std::int64_t in = kStem, sum = conv(3, in, 3);
    for (int stage = 0; stage < 3; ++stage) {
      const std::int64_t out = std::int64_t{settings.width} << stage;
      for (int block = 0; block < kBlocks; ++block, in = out) {
        sum += 2 * (conv(in, out, 3) + conv(out, out, 3));
        if (in != out) sum += conv(in, out, 1);  // a half of it on each path
      }
    }
    return sum + in * context.classes + context.classes;
  }
  static std::string inputProblem(const Input& input) {
    return sideProblem(input, kLeastSide, "shake-shake, which halves them twice,");
  }
  static std::string shortName(const ShakeShake& settings) {
    return "ss26-2x" + std::to_string(settings.width) + (settings.mode == "image" ? "" : settings.mode);
  }
};

}  // namespace uada
