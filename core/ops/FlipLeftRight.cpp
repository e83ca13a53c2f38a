#include "core/ops/Crop.h"
#include "core/ops/Op.h"

namespace uada {

/// Columns in reverse order, as Pillow's Image.transpose(FLIP_LEFT_RIGHT): column x becomes column
/// width - 1 - x, no byte changes. An op of DDAS.
Op flipLeftRight() {
  Op op{.name = "flip_lr",
        .title = "Flip left-right",
        .source = "Pillow Image.transpose(FLIP_LEFT_RIGHT); DDAS, ICCV 2021",
        .unit = ""};
  op.geometric = true;
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.map = [](double, ImageSize size) { return Affine{.xx = -1, .x0 = 1.0 * size.width}; };
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) { flipHorizontal(in, out); };
  return op;
}

}  // namespace uada
