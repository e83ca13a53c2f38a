#include "core/ops/Affine.h"
#include "core/ops/Levels.h"

namespace uada {

/// Moves row y by value * y pixels to the left; the origin is the upper left corner.
Op shearX() {
  Op op{.name = "shear_x",
        .title = "Shear x",
        .source = "Pillow Image.transform(AFFINE); AutoAugment, CVPR 2019",
        .unit = "factor"};
  op.min = -1;
  op.max = 1;
  op.hasValue = op.isSigned = op.geometric = true;
  op.uc10Filter = Filter::bicubic;
  op.valueAt = [](Grid grid, double level, int sign, int) { return shearLevel(grid, level, sign); };
  moveBy<&Affine::xy>(op);
  return op;
}

}  // namespace uada
