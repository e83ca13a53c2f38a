#include <algorithm>

#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {

ByteTable equalizedTable(const Histogram& counts) {
  std::uint64_t pixels = 0;
  int used = 0, top = 255;
  for (std::uint32_t count : counts) {
    pixels += count;
    used += count > 0;
  }
  if (used <= 1) return identityTable();
  while (counts[top] == 0) --top;
  const std::uint64_t step = (pixels - counts[top]) / 255;
  if (step == 0) return identityTable();
  // floor(below / step) without 256 divisions: the half keeps the product away from whole numbers by more
  // than double precision can be wrong.
  const double inverse = 1.0 / static_cast<double>(step);
  std::int64_t below = static_cast<std::int64_t>(step / 2);
  ByteTable table;
  for (std::size_t v = 0; v < 256; ++v) {
    // The quotient can reach 256 and, where one value has nearly all pixels, much more.
    const double share = std::min(255.0, (static_cast<double>(below) + 0.5) * inverse);
    table[v] = static_cast<std::uint8_t>(static_cast<int>(share));
    below += counts[v];
  }
  return table;
}

namespace {

ChannelTables tablesOf(ImageView image) {
  const auto counts = histograms(image);
  return {equalizedTable(counts[0]), equalizedTable(counts[1]), equalizedTable(counts[2])};
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
