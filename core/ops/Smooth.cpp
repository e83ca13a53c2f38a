#include "core/ops/Blend.h"
#include "core/ops/Op.h"

namespace uada {

/// The mean of the 3x3 square with weight 5 in its middle, as Pillow's ImageFilter.SMOOTH: kernel
/// (1 1 1; 1 5 1; 1 1 1) / 13 in single precision, 0.5 added, truncated. The border of one pixel is kept, and
/// so is an image narrower or lower than 3.
Op smooth() {
  Op op{.name = "smooth",
        .title = "Smooth",
        .source = "Pillow ImageFilter.SMOOTH; DDAS, ICCV 2021",
        .unit = ""};
  op.alpha = Alpha::band;
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) { sharpen(in, out, 0); };
  return op;
}

}  // namespace uada
