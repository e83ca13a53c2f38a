#pragma once

#include <array>

#include "core/images/Image.h"

namespace uada {

/// Changes of light and colour in the order in which they are done, in single precision from 8 bits to 8
/// bits: a sum, a factor, then what is done in HSV, or the factor last; then the order of the channels.
struct LightChange {
  float brightness = 0;  ///< added, levels of 255
  float contrast = 1;    ///< factor
  float saturation = 1;  ///< factor of S
  float hue = 0;         ///< added to H, degrees; H stays in 0 to 360
  bool contrastLast = false;
  std::array<int, 3> channels{0, 1, 2};  ///< the channel that each channel of the outcome is
  bool usesHsv() const { return saturation != 1 || hue != 0; }
};

/// The same changes as RFBNet's code does them: a sum, a factor, hue, then saturation, each rounded down to 8
/// bits and cut to 0 to 255; also through HSV of 8 bits where neither hue nor saturation change.
struct EightBitLight {
  double brightness = 0;  ///< added, levels of 255
  double contrast = 1;    ///< factor
  double saturation = 1;  ///< factor of S
  int hue = 0;            ///< added to H, which counts 2 degrees and stays in 0 to 179
};

/// HSV is cv::cvtColor's of 8 bits.
/// in, out  of one size, not the same memory
/// source   github.com/GOATmessi7/RFBNet, data/data_augment.py
void changeLight(ImageView in, ImageSpan out, const EightBitLight& change);

/// The numbers in between are not cut: only at the end is each rounded to the nearest of 0 to 255, halves to
/// even. HSV is cv::cvtColor's of single precision.
/// in, out  of one size, not the same memory
/// source   github.com/amdegroot/ssd.pytorch, utils/augmentations.py, which rounds to no 8 bits behind it
void changeLight(ImageView in, ImageSpan out, const LightChange& change);

}  // namespace uada
