#include "core/ops/Affine.h"
#include "core/ops/Levels.h"

namespace uada {

/// Moves column x up by value * x pixels; the origin is the upper left corner.
Op shearY() {
  Op op{.name = "shear_y",
        .title = "Shear y",
        .source = "Pillow Image.transform(AFFINE); AutoAugment, CVPR 2019",
        .unit = "factor"};
  op.min = -1;
  op.max = 1;
  op.hasValue = op.isSigned = op.geometric = true;
  op.uc10Filter = Filter::bicubic;
  op.valueAt = [](Grid grid, double level, int sign, int) { return shearLevel(grid, level, sign); };
  moveBy<&Affine::yx>(op);
  return op;
}

}  // namespace uada
