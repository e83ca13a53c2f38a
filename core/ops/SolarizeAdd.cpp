#include <cmath>

#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {
namespace {

ByteTable added(double value) {
  if (std::isnan(value)) return identityTable();
  ByteTable table = simd::addTable(value);
  for (std::uint8_t& sum : table) sum = static_cast<std::uint8_t>(sum < 128 ? sum : 255 - sum);
  return table;
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
  op.valueAt = [](Grid grid, double level, int, int) { return solarizeAddLevel(grid, level); };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    applyTable(in, out, added(value));
  };
  op.tables = [](ImageView, double value) { return alike(added(value)); };
  return op;
}

}  // namespace uada
