#include <algorithm>
#include <cmath>

#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {
namespace {

constexpr int kThreshold = 128;

ByteTable added(double value) {
  ByteTable table = identityTable();
  if (std::isnan(value)) return table;
  for (int v = 0; v < kThreshold; ++v)
    table[v] = static_cast<std::uint8_t>(static_cast<int>(std::clamp(v + value, 0.0, 255.0)));
  return table;
}

}  // namespace

/// Adds to every byte below 128, cut off at 255 and truncated, and leaves the others: what the TPU code and
/// timm call SolarizeAdd.
Op addBelow() {
  Op op{.name = "add_below",
        .title = "Add below 128",
        .source = "SolarizeAdd of EfficientNet's TPU code and of timm",
        .unit = "value"};
  op.min = 0;
  op.max = 110;
  op.hasValue = true;
  op.alpha = Alpha::reset;
  op.valueAt = [](Grid grid, double level, int, int) { return addBelowLevel(grid, level); };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    simd::applyTable(in, out, added(value));
  };
  op.lookUp = LookUp::fixed;
  return op;
}

}  // namespace uada
