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

/// Spreads the values that the counts are of as evenly as a table can (in Equalize.cpp).
ByteTable equalizedTable(const Histogram& counts);

}  // namespace uada
