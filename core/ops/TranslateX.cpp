#include "core/ops/Affine.h"
#include "core/ops/Levels.h"

namespace uada {

/// Moves the content left by `value` pixels.
Op translateX() {
  Op op{.name = "translate_x",
        .title = "Translate x",
        .source = "Pillow Image.transform(AFFINE); AutoAugment, CVPR 2019",
        .unit = "pixels"};
  op.min = -150;
  op.max = 150;
  op.hasValue = op.isSigned = op.geometric = true;
  op.valueAt = translateLevel;
  moveBy<&Affine::x0>(op);
  return op;
}

}  // namespace uada
