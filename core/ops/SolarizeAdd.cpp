#include <algorithm>
#include <cmath>

#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {
namespace {

ByteTable added(double value) {
  ByteTable table = identityTable();
  if (std::isnan(value)) return table;
  for (int v = 0; v < 256; ++v) {
    const int sum = static_cast<int>(std::clamp(v + value, 0.0, 255.0));
    table[v] = static_cast<std::uint8_t>(sum < 128 ? sum : 255 - sum);
  }
  return table;
}

/// Sums are cut to whole numbers, so that the whole part of the value is enough, unless rounding to double
/// lifts a sum to the next one.
void apply(ImageView in, ImageSpan out, double value) {
  const double bounded = std::clamp(value, -255.0, 255.0), whole = std::floor(bounded);
  const bool lifted = !(bounded - whole < 0.999999);
  lifted ? simd::applyTable(in, out, added(value)) : simd::addInverted(in, out, static_cast<int>(whole));
}

}  // namespace

/// Adds to every byte, cut off at 0 and 255 and truncated, then inverts what is not below 128; so 0 solarizes
/// at 128. The rule of pytorch-randaugment; the TPU code adds only to what lies below 128.
Op solarizeAdd() {
  Op op{.name = "solarize_add",
        .title = "Solarize add",
        .source = "pytorch-randaugment SolarizeAdd; Pillow ImageOps.solarize",
        .unit = "value"};
  op.min = 0;
  op.max = 110;
  op.hasValue = true;
  op.alpha = Alpha::reset;
  op.valueAt = [](Grid grid, double level, int, int) { return solarizeAddLevel(grid, level); };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) { apply(in, out, value); };
  op.lookUp = LookUp::fixed;
  return op;
}

}  // namespace uada
