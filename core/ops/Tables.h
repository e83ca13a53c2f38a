#pragma once

#include <array>
#include <cstdint>

#include "core/images/Image.h"

namespace uada {

/// The new value of each of the 256 old ones.
using ByteTable = std::array<std::uint8_t, 256>;
using ChannelTables = std::array<ByteTable, 3>;
using Histogram = std::array<std::uint32_t, 256>;
/// The sum of the counts before each, and of all.
struct Sums {
  Histogram before;
  std::uint32_t all;
};

/// The lowest and the highest value of a channel.
struct Extremes {
  std::uint8_t low = 255, high = 0;
  friend bool operator==(const Extremes&, const Extremes&) = default;
};

ByteTable identityTable();

/// in and out: the same size, not the same memory.
void copyImage(ImageView in, ImageSpan out);

/// Counts of each value, per channel.
std::array<Histogram, 3> histograms(ImageView image);

/// What make() gives of each channel's; made once where the three are equal, as of a grey image.
template <class Found>
ChannelTables tablesOf(const std::array<Found, 3>& found, ByteTable (*make)(const Found&)) {
  if (found[0] == found[1] && found[0] == found[2]) {
    const ByteTable table = make(found[0]);
    return {table, table, table};
  }
  return {make(found[0]), make(found[1]), make(found[2])};
}

/// Spreads the values that the counts are of as evenly as a table can (in Equalize.cpp).
ByteTable equalizedTable(const Histogram& counts);

}  // namespace uada
