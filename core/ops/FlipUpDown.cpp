#include "core/ops/Crop.h"
#include "core/ops/Op.h"

namespace uada {

/// Rows in reverse order, as Pillow's Image.transpose(FLIP_TOP_BOTTOM): row y becomes row height - 1 - y, no
/// byte changes. An op of DDAS.
Op flipUpDown() {
  Op op{.name = "flip_ud",
        .title = "Flip up-down",
        .source = "Pillow Image.transpose(FLIP_TOP_BOTTOM); DDAS, ICCV 2021",
        .unit = ""};
  op.geometric = true;
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.map = [](double, ImageSize size) { return Affine{.yy = -1, .y0 = 1.0 * size.height}; };
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) { flipVertical(in, out); };
  return op;
}

}  // namespace uada
