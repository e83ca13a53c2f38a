#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {
/// Stretches each channel so that its darkest value becomes 0 and its brightest 255, as Pillow's
/// ImageOps.autocontrast without cutoff: with scale = 255 / (high - low) in double precision, v becomes
/// v * scale - low * scale, truncated and clamped. A channel of one value is kept.
Op autocontrast() {
  Op op{.name = "autocontrast",
        .title = "Auto-contrast",
        .source = "Pillow ImageOps.autocontrast; AutoAugment, CVPR 2019",
        .unit = ""};
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.alpha = Alpha::reset;
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) {
    simd::applyTables(in, out, tablesOf(simd::extremes(in), simd::stretchTable));
  };
  op.lookUp = LookUp::ofImage;
  return op;
}

}  // namespace uada
