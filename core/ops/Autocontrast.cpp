#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {
namespace {

ByteTable stretched(const Extremes& e) {
  if (e.high <= e.low) return identityTable();
  const double scale = 255.0 / (e.high - e.low);
  return simd::stretchTable(scale, -e.low * scale);
}

ChannelTables tablesOf(ImageView image) {
  const auto found = simd::extremes(image);
  return {stretched(found[0]), stretched(found[1]), stretched(found[2])};
}

}  // namespace

/// Stretches each channel so that its darkest value becomes 0 and its brightest 255.
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
