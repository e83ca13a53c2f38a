#pragma once

#include <string>

#include "core/engine/models/Model.h"
#include "core/engine/models/ResNetShape.h"

namespace uada {

/// ResNet for images of about 224 pixels: a 7x7 stem with stride 2 and a max-pool before the four stages. Its
/// parameters have torchvision's names.
struct ResNetImageNet {
  static constexpr const char* kName = "resnet-imagenet";
  static constexpr const char* kTitle = "ResNet (ImageNet style)";
  static constexpr const char* kSource =
      "He et al. 2016; torchvision's version 1.5, with the stride in the 3x3";
  static constexpr const char* kTask = "classification";
  static constexpr int kLeastSide = 32;  ///< it is halved five times

  int depth = 18;
  int width = 64;

  void visit(SettingsVisitor& v) {
    v.field({.name = "depth",
             .title = "Depth",
             .help = "Layers with weights: 18 and 34 have basic blocks, 50 and 101 bottlenecks",
             .choices = {"18", "34", "50", "101"},
             .storedAsText = true},
            depth);
    v.field({.name = "width",
             .title = "Width",
             .help = "Channels of stage 1, doubled at each stage; 64 as published",
             .min = 1,
             .max = 1024},
            width);
  }
  static std::int64_t parameters(const ResNetImageNet& settings, const ModelContext& context) {
    return resNetParameters(resNetShape(settings.depth), 147 * std::int64_t{settings.width}, settings.width,
                            context.classes);
  }
  static std::string inputProblem(const Input& input) {
    return sideProblem(input, kLeastSide, "resnet-imagenet, which halves them five times,");
  }
  static std::string shortName(const ResNetImageNet& settings) {
    return "r" + std::to_string(settings.depth) + "i" +
           (settings.width == 64 ? "" : "w" + std::to_string(settings.width));
  }
};

}  // namespace uada
