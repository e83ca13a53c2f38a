#pragma once

#include <string>

#include "core/engine/tasks/Task.h"

namespace uada {

/// Boxes about objects, and their classes, from a network with priors. Trained on the MultiBox loss, as usual
/// without the objects that are marked as difficult; tested on the whole image at the input's size.
struct Detection {
  static constexpr const char* kName = "detection";
  static constexpr const char* kTitle = "Detection";
  static constexpr const char* kSource =
      "Liu et al., ECCV 2016; the measures of Everingham et al., IJCV 2010";
  static constexpr TargetKind kTarget = TargetKind::boxes;

  int negatives = 3;
  std::string protocol = "ssd";
  std::string difficult = "skipped";
  double leastSide = 0;

  void visit(SettingsVisitor& v) {
    v.field({.name = "negatives",
             .title = "Hard negatives",
             .help = "Priors without an object that are trained on, for each prior with one",
             .min = 1,
             .max = 1000,
             .advanced = true},
            negatives);
    v.field(
        {.name = "protocol",
         .title = "Tested as",
         .help = "Whose test: ssd takes boxes as ssd.pytorch's measure does, up to 200 of each class; rfb "
                 "as RFBNet's and VOC's own do, the 200 surest of an image",
         .choices = {"ssd", "rfb"},
         .advanced = true},
        protocol);
    v.field(
        {.name = "difficult",
         .title = "Difficult objects",
         .help = "Whether objects that are marked as difficult are trained on: skipped, as ssd.pytorch does; "
                 "or learned, as RFBNet's code does. No test counts them",
         .choices = {"skipped", "learned"},
         .advanced = true,
         .later = true},
        difficult);
    v.field({.name = "least_side",
             .title = "Smallest object",
             .help = "Objects are trained on whose shorter side is above this share of the input's; 0.01 in "
                     "RFBNet's code",
             .min = 0,
             .max = 0.5,
             .advanced = true,
             .later = true},
            leastSide);
  }
  static Metric loss() { return {"loss", "loss", "", 1, 4, false}; }
  static std::vector<Metric> trainMetrics() {
    return {loss(), {"matched_acc", "class of matched priors", "%", 100, 2, true}};
  }
  /// Means over the classes that have an object in the test set.
  static std::vector<Metric> testMetrics() {
    return {{"map_voc07", "mAP", "%", 100, 2, true}, {"map_voc12", "mAP by area", "%", 100, 2, true}, loss()};
  }
};

}  // namespace uada
