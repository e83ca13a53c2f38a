#include <algorithm>

#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {
namespace {

ByteTable stretched(const Histogram& counts) {
  ByteTable table = identityTable();
  int low = 0, high = 255;
  while (low < 255 && counts[low] == 0) ++low;
  while (high > 0 && counts[high] == 0) --high;
  if (high <= low) return table;
  const double scale = 255.0 / (high - low);
  const double offset = -low * scale;
  for (int v = 0; v < 256; ++v) {
    table[v] = static_cast<std::uint8_t>(std::clamp(static_cast<int>(v * scale + offset), 0, 255));
  }
  return table;
}

ChannelTables tablesOf(ImageView image) {
  const auto counts = histograms(image);
  return {stretched(counts[0]), stretched(counts[1]), stretched(counts[2])};
}

}  // namespace

/// Stretches each channel so that its darkest value becomes 0 and its brightest 255.
Op autocontrast() {
  Op op{.name = "autocontrast",
        .title = "Auto-contrast",
        .source = "Pillow ImageOps.autocontrast; AutoAugment, CVPR 2019",
        .unit = ""};
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) { applyTables(in, out, tablesOf(in)); };
  op.tables = [](ImageView in, double) { return tablesOf(in); };
  op.tablesReadImage = true;
  return op;
}

}  // namespace uada
