#pragma once

#include <string>

#include "core/engine/tasks/Task.h"

namespace uada {

/// The clean picture from a spoiled one. What spoils it are the parts of a plan that move no pixel; the test
/// spoils each whole image in one way, the same for every run.
struct Denoising {
  static constexpr const char* kName = "denoising";
  static constexpr const char* kTitle = "Denoising";
  static constexpr const char* kSource = "Zhang et al., IEEE TIP 2017; SSIM of Wang et al., IEEE TIP 2004";
  static constexpr TargetKind kTarget = TargetKind::picture;

  std::string loss = "l2";
  double testNoise = 25;
  double testBlur = 0;
  int testStep = 1;

  void visit(SettingsVisitor& v) {
    v.field(
        {.name = "loss",
         .title = "Loss",
         .help = "Mean over a picture's numbers, 0 to 1, of the squared or of the absolute difference from "
                 "the clean one",
         .choices = {"l2", "l1"}},
        loss);
    v.field(
        {.name = "test_noise",
         .title = "Noise of the test",
         .help = "Its deviation, levels of 255; each test image has a pattern of its own, the same in every "
                 "test",
         .min = 0,
         .max = 255},
        testNoise);
    v.field({.name = "test_blur",
             .title = "Blur of the test",
             .help = "The Gaussian's deviation, pixels; before the noise",
             .min = 0,
             .max = 20},
            testBlur);
    v.field({.name = "test_step",
             .title = "Step of the test",
             .help = "Levels of 255 that become one, behind the noise; 1: all stay",
             .min = 1,
             .max = 255},
            testStep);
  }
  static Metric lossMetric() { return {"loss", "loss", "", 1, 6, false}; }
  static Metric psnr() { return {"psnr", "PSNR", "dB", 1, 2, true}; }
  static std::vector<Metric> trainMetrics() { return {lossMetric(), psnr()}; }
  /// Means over the test's images.
  static std::vector<Metric> testMetrics() {
    return {psnr(),
            {"ssim", "SSIM", "", 1, 4, true},
            {"psnr_input", "input PSNR", "dB", 1, 2, true},
            lossMetric()};
  }
};

}  // namespace uada
