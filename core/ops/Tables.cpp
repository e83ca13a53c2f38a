#include "core/ops/Tables.h"

#include <cstring>
#include <numeric>

#include "core/ops/simd/Kernels.h"

namespace uada {

ByteTable identityTable() {
  ByteTable table;
  std::iota(table.begin(), table.end(), std::uint8_t{0});
  return table;
}

void copyImage(ImageView in, ImageSpan out) { std::memcpy(out.rgb, in.rgb, in.bytes()); }

void applyTable(ImageView in, ImageSpan out, const ByteTable& table) { simd::applyTable(in, out, table); }

void applyTables(ImageView in, ImageSpan out, const ChannelTables& tables) {
  simd::applyTables(in, out, tables);
}

std::array<Histogram, 3> histograms(ImageView image) {
  // Two counts a value, for even and odd pixels: neighbours are often equal, and an addition to the number
  // that was just written has to wait for it.
  std::array<Histogram, 3> counts{}, odd{};
  const std::uint8_t *p = image.rgb, *end = p + image.bytes();
  for (; p + 6 <= end; p += 6) {
    for (std::size_t c = 0; c < 3; ++c) {
      ++counts[c][p[c]];
      ++odd[c][p[c + 3]];
    }
  }
  for (std::size_t c = 0; p < end; ++p, ++c) ++counts[c][*p];
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t v = 0; v < 256; ++v) counts[c][v] += odd[c][v];
  return counts;
}

}  // namespace uada
