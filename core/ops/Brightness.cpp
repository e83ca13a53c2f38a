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
  Op op = enhancer("brightness", "Brightness", "Pillow ImageEnhance.Brightness; AutoAugment, CVPR 2019");
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    simd::applyTable(in, out, brightened(value));
  };
  op.lookUp = LookUp::fixed;
  return op;
}

}  // namespace uada
