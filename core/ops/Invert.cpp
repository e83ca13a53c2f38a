#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {

/// 255 minus each byte.
Op invert() {
  Op op{.name = "invert",
        .title = "Invert",
        .source = "Pillow ImageOps.invert; AutoAugment, CVPR 2019",
        .unit = ""};
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.alpha = Alpha::reset;
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) { simd::mapBits(in, out, 255, 255); };
  op.lookUp = LookUp::fixed;
  return op;
}

}  // namespace uada
