#include <cmath>

#include "core/ops/Blend.h"
#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {

namespace {

ByteTable brightened(double value) {
  return std::isnan(value) ? identityTable() : simd::blendTable(0, blendFactor(value));
}

}  // namespace

/// Blends with black: 0 black, 1 unchanged.
Op brightness() {
  Op op{.name = "brightness",
        .title = "Brightness",
        .source = "Pillow ImageEnhance.Brightness; AutoAugment, CVPR 2019",
        .unit = "factor"};
  op.min = 0;
  op.max = 2;
  op.hasValue = op.isSigned = true;
  op.valueAt = [](Grid grid, double level, int sign, int) { return factorLevel(grid, level, sign); };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    simd::applyTable(in, out, brightened(value));
  };
  op.lookUp = LookUp::fixed;
  return op;
}

}  // namespace uada
