#include <algorithm>

#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {
namespace {

ByteTable equalized(const Histogram& counts) {
  ByteTable table = identityTable();
  std::uint64_t pixels = 0;
  std::uint32_t last = 0;
  int used = 0;
  for (std::uint32_t count : counts) {
    if (count == 0) continue;
    pixels += count;
    last = count;
    ++used;
  }
  const std::uint64_t step = (pixels - last) / 255;
  if (used <= 1 || step == 0) return table;
  std::uint64_t below = step / 2;
  for (int v = 0; v < 256; ++v) {
    // The quotient can reach 256.
    table[v] = static_cast<std::uint8_t>(std::min<std::uint64_t>(255, below / step));
    below += counts[v];
  }
  return table;
}

ChannelTables tablesOf(ImageView image) {
  const auto counts = histograms(image);
  return {equalized(counts[0]), equalized(counts[1]), equalized(counts[2])};
}

}  // namespace

/// Makes the histogram of each channel as even as a table of bytes can.
Op equalize() {
  Op op{.name = "equalize",
        .title = "Equalize",
        .source = "Pillow ImageOps.equalize; AutoAugment, CVPR 2019",
        .unit = ""};
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) { applyTables(in, out, tablesOf(in)); };
  op.tables = [](ImageView in, double) { return tablesOf(in); };
  op.tablesReadImage = true;
  return op;
}

}  // namespace uada
