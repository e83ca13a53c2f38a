#include <cmath>

#include "core/ops/Blend.h"
#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {

/// Blends with black: 0 black, 1 unchanged.
Op brightness() {
  Op op{.name = "brightness",
        .title = "Brightness",
        .source = "Pillow ImageEnhance.Brightness; AutoAugment, CVPR 2019",
        .unit = "factor"};
  op.min = 0;
  op.max = 2;
  op.hasValue = op.isSigned = true;
  op.valueAt = [](Grid, double level, int sign, int) -> double { return uc10Factor(level, sign); };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    if (std::isnan(value)) return copyImage(in, out);
    applyTable(in, out, blendTable(0, blendFactor(value)));
  };
  return op;
}

}  // namespace uada
