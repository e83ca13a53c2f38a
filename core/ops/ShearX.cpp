#include <cmath>

#include "core/ops/Affine.h"
#include "core/ops/Levels.h"
#include "core/ops/Tables.h"

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
  op.map = [](double value, ImageSize) { return std::isnan(value) ? Affine{} : Affine{.xy = value}; };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling& sampling) {
    if (std::isnan(value)) return copyImage(in, out);
    applyAffine(in, out, {.xy = value}, sampling);
  };
  return op;
}

}  // namespace uada
