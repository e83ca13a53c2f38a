#pragma once

#include <string>

#include "app/cli/BenchLines.h"
#include "app/cli/bench/Judge.h"
#include "app/cli/bench/Measure.h"
#include "app/cli/bench/Reference.h"
#include "core/data/ResidentDataset.h"

namespace uada::cli {

/// What the parts of `uada bench render` share.
class RenderBench {
 public:
  RenderBench(const BenchOptions& options, const Console& console, BenchLines& lines);

  /// Whether --only leaves the line in.
  bool wanted(const std::string& name);
  Reference& reference() { return reference_; }
  /// What is measured next; said to people with the first line of it.
  void section(std::string title) { section_ = std::move(title); }
  /// Measures our arm alone or beside others; the ratios of `target` are judged by their quartiles.
  Measured measure(const std::vector<Arm>& arms) const { return cli::measure(arms, seconds_); }
  /// Adds a line; one whose output differs or whose reference failed is remembered for finish().
  void add(BenchLine line);
  /// Says what the machine did meanwhile.
  /// throws  Error if some output differed or some reference failed
  void finish();

 private:
  const Console& console_;
  BenchLines& lines_;
  std::string only_;
  double seconds_;
  StealWatch steal_;
  Reference reference_;
  std::string section_;
  std::string load_;
  std::vector<std::string> different_, failed_;  ///< names of lines
};

/// Soft blobs with a little noise: neither flat nor pure noise, which would favour or punish single ops.
/// images  how many; 0: about as many bytes at each size
ResidentDataset madeUpImages(ImageSize size, std::uint32_t images = 0);

/// op.NAME.SIDE with the op's own filter, op.NAME.FILTER.SIDE with another, memcpy.SIDE.
void benchOps(RenderBench& bench, int side);
/// opencv.NAME.224 and opencv.NAME.FILTER.224: an op beside the fastest call of OpenCV that does its work.
void benchBesideOpenCv(RenderBench& bench);
/// render.uada9.SIDE: nine variants of a sample; render.uada9_released.SIDE: beside the released script's
/// way; render.plain.SIDE: only normalised.
void benchVariants(RenderBench& bench, int side);
/// render.ra|aa|ta.SIDE, from the drawing of the plan to the numbers, and render.ra_chain|... the ops alone.
void benchPolicies(RenderBench& bench, int side);
/// render.seg.713, render.det.300: the pipelines of segmentation and detection beside the same calls of
/// OpenCV from Python.
void benchChains(RenderBench& bench);
/// render.scaling.2: nine variants on two threads and on one.
void benchScaling(RenderBench& bench);

}  // namespace uada::cli
