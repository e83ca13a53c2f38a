#pragma once

#include <string>

#include "core/engine/models/Model.h"
#include "core/engine/models/ResNetShape.h"

namespace uada {

/// ResNet for small images: 3x3 stem without pooling, four stages, mean over the last map.
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
             .help = "Layers with weights: 10, 18 and 34 have basic blocks, 50 and 101 bottlenecks",
             .choices = {"10", "18", "34", "50", "101"},
             .storedAsText = true},
            depth);
    v.field({.name = "width",
             .title = "Width",
             .help = "Channels of stage 1; doubled at each stage",
             .min = 1,
             .max = 1024},
            width);
  }
  static std::int64_t parameters(const ResNet& settings, const ModelContext& context) {
    return resNetParameters(resNetShape(settings.depth), 27 * std::int64_t{settings.width}, settings.width,
                            context.classes);
  }
  static std::string shortName(const ResNet& settings) {
    return "r" + std::to_string(settings.depth) +
           (settings.width == 64 ? "" : "w" + std::to_string(settings.width));
  }
};

}  // namespace uada
