#include <cmath>

#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {

namespace {

ByteTable solarized(double threshold) {
  ByteTable table = identityTable();
  if (std::isnan(threshold)) return table;
  for (int v = 0; v < 256; ++v) table[v] = static_cast<std::uint8_t>(v < threshold ? v : 255 - v);
  return table;
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
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    applyTable(in, out, solarized(value));
  };
  op.tables = [](ImageView, double value) { return alike(solarized(value)); };
  return op;
}

}  // namespace uada
