#include "core/ops/Tables.h"

#include <cstring>
#include <numeric>

namespace uada {

ByteTable identityTable() {
  ByteTable table;
  std::iota(table.begin(), table.end(), std::uint8_t{0});
  return table;
}

void copyImage(ImageView in, ImageSpan out) { std::memcpy(out.rgb, in.rgb, in.bytes()); }

void applyTable(ImageView in, ImageSpan out, const ByteTable& table) {
  const std::size_t bytes = in.bytes();
  for (std::size_t i = 0; i < bytes; ++i) out.rgb[i] = table[in.rgb[i]];
}

void applyTables(ImageView in, ImageSpan out, const ChannelTables& tables) {
  const std::size_t bytes = in.bytes();
  for (std::size_t i = 0; i < bytes; i += 3) {
    out.rgb[i] = tables[0][in.rgb[i]];
    out.rgb[i + 1] = tables[1][in.rgb[i + 1]];
    out.rgb[i + 2] = tables[2][in.rgb[i + 2]];
  }
}

std::array<Histogram, 3> histograms(ImageView image) {
  std::array<Histogram, 3> counts{};
  const std::size_t bytes = image.bytes();
  for (std::size_t i = 0; i < bytes; i += 3) {
    ++counts[0][image.rgb[i]];
    ++counts[1][image.rgb[i + 1]];
    ++counts[2][image.rgb[i + 2]];
  }
  return counts;
}

}  // namespace uada
