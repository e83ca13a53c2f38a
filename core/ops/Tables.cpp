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

std::array<Histogram, 3> histograms(ImageView image) {
  std::array<Histogram, 3> counts{};
  for (std::size_t i = 0; i < image.bytes(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) ++counts[c][image.rgb[i + c]];
  return counts;
}

}  // namespace uada
