#include <algorithm>
#include <cmath>

#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {

namespace {

std::uint8_t maskOf(double value) {
  const int bits = std::isnan(value) ? 8 : static_cast<int>(std::round(std::clamp(value, 0.0, 8.0)));
  return static_cast<std::uint8_t>(~((1U << (8 - bits)) - 1U));
}

}  // namespace

/// Keeps the upper `value` bits of each byte; the value is rounded and clamped to 0..8.
Op posterize() {
  Op op{.name = "posterize",
        .title = "Posterize",
        .source = "Pillow ImageOps.posterize; AutoAugment, CVPR 2019",
        .unit = "bits"};
  op.min = 0;
  op.max = 8;
  op.hasValue = true;
  op.valueAt = [](Grid grid, double level, int, int) { return posterizeLevel(grid, level); };
  op.alpha = Alpha::reset;
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    simd::mapBits(in, out, maskOf(value), 0);
  };
  op.lookUp = LookUp::fixed;
  return op;
}

}  // namespace uada
