#include "core/ops/Affine.h"
#include "core/ops/Levels.h"

namespace uada {

/// Moves the content up by `value` pixels.
Op translateY() {
  Op op{.name = "translate_y",
        .title = "Translate y",
        .source = "Pillow Image.transform(AFFINE); AutoAugment, CVPR 2019",
        .unit = "pixels"};
  op.min = -150;
  op.max = 150;
  op.hasValue = op.isSigned = op.geometric = true;
  op.valueAt = translateLevel;
  moveBy<&Affine::y0>(op);
  return op;
}

}  // namespace uada
