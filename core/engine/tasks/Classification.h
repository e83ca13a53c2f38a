#pragma once

#include "core/engine/tasks/Task.h"

namespace uada {

/// One of several classes for each image: cross-entropy, and the share of images whose class is the most
/// likely one, or among the five most likely.
struct Classification {
  static constexpr const char* kName = "classification";
  static constexpr const char* kTitle = "Classification";
  static constexpr const char* kSource = "softmax cross-entropy; top-1 and top-5 as in ILSVRC";
  static constexpr TargetKind kTarget = TargetKind::label;

  double labelSmoothing = 0;

  void visit(SettingsVisitor& v) {
    v.field(
        {.name = "label_smoothing",
         .title = "Label smoothing",
         .help = "Share of the target that is spread over all classes, in what is trained on; what methods "
                 "compare and tests have none",
         .min = 0,
         .max = 0.9,
         .advanced = true,
         .later = true},
        labelSmoothing);
  }
  static Metric loss() { return {"loss", "loss", "", 1, 4, false}; }
  static Metric top1() { return {"top1", "top-1", "%", 100, 2, true}; }
  static Metric top5() { return {"top5", "top-5", "%", 100, 2, true}; }
  static std::vector<Metric> trainMetrics() { return {loss(), top1()}; }
  static std::vector<Metric> testMetrics() { return {top1(), top5(), loss()}; }
};

}  // namespace uada
