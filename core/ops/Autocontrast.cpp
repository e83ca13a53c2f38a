#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {
namespace {

ChannelTables tablesOf(ImageView image) {
  const auto found = simd::extremes(image);
  if (found[0] == found[1] && found[0] == found[2]) {  // as of a grey image
    const ByteTable table = simd::stretchTable(found[0]);
    return {table, table, table};
  }
  return {simd::stretchTable(found[0]), simd::stretchTable(found[1]), simd::stretchTable(found[2])};
}

}  // namespace

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
    simd::applyTables(in, out, tablesOf(in));
  };
  op.lookUp = LookUp::ofImage;
  return op;
}

}  // namespace uada
