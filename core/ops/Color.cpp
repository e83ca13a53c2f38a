#include <cmath>

#include "core/ops/Blend.h"
#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {

/// Blends each pixel with its grey: 0 grey, 1 unchanged, above 1 more saturated.
Op color() {
  Op op{.name = "color",
        .title = "Color",
        .source = "Pillow ImageEnhance.Color; AutoAugment, CVPR 2019",
        .unit = "factor"};
  op.min = 0;
  op.max = 2;
  op.hasValue = op.isSigned = true;
  op.valueAt = [](Grid grid, double level, int sign, int) { return factorLevel(grid, level, sign); };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    if (std::isnan(value)) return copyImage(in, out);
    simd::color(in, out, blendFactor(value));
  };
  return op;
}

}  // namespace uada
