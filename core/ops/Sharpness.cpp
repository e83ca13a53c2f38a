#include <cmath>

#include "core/ops/Blend.h"
#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {
void sharpen(ImageView in, ImageSpan out, float factor) {
  copyImage(in, out);
  if (in.width < 3 || in.height < 3) return;
  for (int y = 1; y < in.height - 1; ++y) simd::sharpenRow(in, out, y, factor);
}

/// Blends with the smoothed image: 0 smooth, 1 unchanged, above 1 sharper. The border of one pixel is kept.
Op sharpness() {
  Op op{.name = "sharpness",
        .title = "Sharpness",
        .source = "Pillow ImageEnhance.Sharpness; AutoAugment, CVPR 2019",
        .unit = "factor"};
  op.min = 0;
  op.max = 2;
  op.hasValue = op.isSigned = true;
  op.valueAt = [](Grid grid, double level, int sign, int) { return factorLevel(grid, level, sign); };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    if (std::isnan(value)) return copyImage(in, out);
    sharpen(in, out, blendFactor(value));
  };
  return op;
}

}  // namespace uada
