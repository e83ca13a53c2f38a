#include <algorithm>
#include <cmath>

#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {

namespace {

/// The lowest byte that is not below the threshold; 256 if none is, or the threshold is not a number.
int lowestInverted(double threshold) {
  return std::isnan(threshold) ? 256 : static_cast<int>(std::ceil(std::clamp(threshold, 0.0, 256.0)));
}

}  // namespace

/// Inverts every byte that is not below the threshold, which may be fractional: 256 nothing, 0 all.
Op solarize() {
  Op op{.name = "solarize",
        .title = "Solarize",
        .source = "Pillow ImageOps.solarize; AutoAugment, CVPR 2019",
        .unit = "threshold"};
  op.min = 0;
  op.max = 256;
  op.hasValue = true;
  op.valueAt = [](Grid grid, double level, int, int) { return solarizeLevel(grid, level); };
  op.alpha = Alpha::reset;
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    simd::invertFrom(in, out, lowestInverted(value));
  };
  op.lookUp = LookUp::fixed;
  return op;
}

}  // namespace uada
