#pragma once

#include "core/engine/models/Model.h"

namespace uada {

/// CIFAR-style ResNet of basic blocks: 3x3 stem without pooling, four stages.
struct ResNet {
  static constexpr const char* kName = "resnet";
  static constexpr const char* kTitle = "ResNet (CIFAR style)";
  static constexpr const char* kSource = "He et al. 2016; UADA authors' code, model/resnet.py";
  static constexpr const char* kTask = "classification";

  int depth = 18;
  int width = 64;

  void visit(SettingsVisitor& v) {
    v.field({.name = "depth",
             .title = "Depth",
             .help = "Layers with weights: 10, 18 or 34",
             .choices = {"10", "18", "34"},
             .storedAsText = true},
            depth);
    v.field({.name = "width",
             .title = "Width",
             .help = "Channels of stage 1; doubled at each stage",
             .min = 1,
             .max = 1024},
            width);
  }
  /// Basic blocks in each of the four stages.
  std::vector<int> blocks() const {
    if (depth == 34) return {3, 4, 6, 3};
    return std::vector<int>(4, depth == 10 ? 1 : 2);
  }
  static std::int64_t parameters(const ResNet& settings, const ModelContext& context) {
    std::int64_t in = settings.width, sum = 27 * in + 2 * in;  // stem 3x3 from RGB, batch normalisation
    std::int64_t out = in;
    for (const int count : settings.blocks()) {
      for (int block = 0; block < count; ++block, in = out) {
        sum += 9 * in * out + 2 * out + 9 * out * out + 2 * out;
        if (in != out) sum += in * out + 2 * out;  // 1x1 shortcut where the stride is 2
      }
      out *= 2;
    }
    return sum + in * context.classes + context.classes;
  }
  static std::string shortName(const ResNet& settings) {
    return "r" + std::to_string(settings.depth) +
           (settings.width == 64 ? "" : "w" + std::to_string(settings.width));
  }
};

}  // namespace uada
