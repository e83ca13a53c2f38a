#include <cmath>

#include "core/ops/Blend.h"
#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {

/// Blends each pixel with its grey: 0 grey, 1 unchanged, above 1 more saturated.
Op color() {
  Op op = enhancer("color", "Color", "Pillow ImageEnhance.Color; AutoAugment, CVPR 2019");
  op.valueAt = [](Grid grid, double level, int sign, int) { return colorLevel(grid, level, sign); };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    if (std::isnan(value)) return copyImage(in, out);
    simd::color(in, out, blendFactor(value));
  };
  return op;
}

}  // namespace uada
