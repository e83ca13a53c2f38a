#pragma once

#include <string>
#include <vector>

#include "core/engine/tasks/Task.h"

namespace uada {

/// A class for each pixel. Trained on the mean cross-entropy over the pixels of the batch that have a class,
/// with that of the network's second classifier; tested in windows over the whole image, at one scale or
/// more.
struct Segmentation {
  static constexpr const char* kName = "segmentation";
  static constexpr const char* kTitle = "Segmentation";
  static constexpr const char* kSource = "Zhao et al., CVPR 2017; their later code, SemSeg";
  static constexpr TargetKind kTarget = TargetKind::labelMap;

  std::string compared = "sum";
  double auxWeight = 0.4;
  bool flipTest = true;
  int baseSize = 0;
  std::vector<double> scales{1};

  void visit(SettingsVisitor& v) {
    v.field(
        {.name = "compared",
         .title = "Compared loss",
         .help = "Of an image, by which UADA chooses: the sum over its pixels, as the paper has it, told per "
                 "pixel of the input, which favours images with few padded pixels; or the mean over those "
                 "that have a class",
         .choices = {"sum", "mean"},
         .advanced = true},
        compared);
    v.field({.name = "aux_weight",
             .title = "Second classifier",
             .help = "Weight of its loss",
             .min = 0,
             .max = 10,
             .advanced = true},
            auxWeight);
    v.field({.name = "flip_test",
             .title = "Test mirrored too",
             .help = "Average the test's probabilities over the image and its mirror image",
             .advanced = true},
            flipTest);
    v.field({.name = "base_size",
             .title = "Tested at",
             .help = "Longer side of a test image at scale 1, pixels; 0: as the image",
             .shownAtNone = "as the image",
             .min = 0,
             .max = 8192,
             .advanced = true,
             .later = true},
            baseSize);
    v.field({.name = "scales",
             .title = "Scales of the test",
             .help = "The test's probabilities are averaged over the image at these sizes, in times of its "
                     "own or of the base size: 0.5, 0.75, 1, 1.25, 1.5, 1.75 where it is said to be "
                     "multi-scale",
             .min = 0.1,
             .max = 4,
             .advanced = true,
             .later = true},
            scales);
  }
  static Metric loss() { return {"loss", "loss", "", 1, 4, false}; }
  static Metric pixels() { return {"all_acc", "allAcc", "%", 100, 2, true}; }
  static std::vector<Metric> trainMetrics() { return {loss(), pixels()}; }
  /// Means over the classes that occur in the test set's truth.
  static std::vector<Metric> testMetrics() {
    return {{"miou_occurring", "mIoU", "%", 100, 2, true},
            {"macc_occurring", "mAcc", "%", 100, 2, true},
            pixels(),
            loss()};
  }
};

}  // namespace uada
