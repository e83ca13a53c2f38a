#include <cmath>

#include "core/ops/Blend.h"
#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {
namespace {

/// 3x3 kernel (1 1 1; 1 5 1; 1 1 1) / 13 in single precision. The sum starts with the row below: another
/// order rounds differently.
void sharpenRow(ImageView in, ImageSpan out, int y, float factor) {
  constexpr float kSide = 1.0F / 13.0F, kCentre = 5.0F / 13.0F;
  const std::uint8_t *above = in.row(y - 1), *here = in.row(y), *below = in.row(y + 1);
  std::uint8_t* to = out.row(y);
  for (int i = 3; i < 3 * (in.width - 1); ++i) {
    float sum = 0.5F;
    sum += below[i - 3] * kSide + below[i] * kSide + below[i + 3] * kSide;
    sum += here[i - 3] * kSide + here[i] * kCentre + here[i + 3] * kSide;
    sum += above[i - 3] * kSide + above[i] * kSide + above[i + 3] * kSide;
    to[i] = blend(static_cast<int>(std::clamp(sum, 0.0F, 255.0F)), here[i], factor);
  }
}

}  // namespace

void sharpen(ImageView in, ImageSpan out, float factor) {
  copyImage(in, out);
  if (in.width < 3 || in.height < 3) return;
  for (int y = 1; y < in.height - 1; ++y) sharpenRow(in, out, y, factor);
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
