#include <cmath>

#include "core/ops/Affine.h"
#include "core/ops/Levels.h"
#include "core/ops/Tables.h"

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
  op.map = [](double value, ImageSize) { return std::isnan(value) ? Affine{} : Affine{.y0 = value}; };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling& sampling) {
    if (std::isnan(value)) return copyImage(in, out);
    applyAffine(in, out, {.y0 = value}, sampling);
  };
  return op;
}

}  // namespace uada
