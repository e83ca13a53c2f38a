#pragma once

#include "core/images/Image.h"

namespace uada {

/// What the network sees of an image, in pixels. Whoever draws, clamps or renders plans, or builds a network,
/// has it from here.
struct Input {
  int height = 32, width = 32;
  int pad = 4;  ///< zeros around the image, of which a padded crop is a window: its offsets lie in 0..2*pad

  ImageSize size() const { return {width, height}; }
  friend bool operator==(const Input&, const Input&) = default;
};

constexpr Input squareInput(int side, int pad = 4) { return {side, side, pad}; }

}  // namespace uada
