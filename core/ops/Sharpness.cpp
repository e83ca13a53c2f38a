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
  Op op = enhancer("sharpness", "Sharpness", "Pillow ImageEnhance.Sharpness; AutoAugment, CVPR 2019");
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    if (std::isnan(value)) return copyImage(in, out);
    sharpen(in, out, blendFactor(value));
  };
  return op;
}

}  // namespace uada
