#include <cmath>

#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {

/// Inverts every byte that is not below the threshold, which may be fractional: 256 nothing, 0 all.
Op solarize() {
  Op op{.name = "solarize",
        .title = "Solarize",
        .source = "Pillow ImageOps.solarize; AutoAugment, CVPR 2019",
        .unit = "threshold"};
  op.min = 0;
  op.max = 256;
  op.hasValue = true;
  op.valueAt = [](Grid, double level, int, int) -> double { return 256.0 - uc10Even(256.0, level); };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    if (std::isnan(value)) return copyImage(in, out);
    Table table;
    for (int v = 0; v < 256; ++v) table[v] = static_cast<std::uint8_t>(v < value ? v : 255 - v);
    applyTable(in, out, table);
  };
  return op;
}

}  // namespace uada
