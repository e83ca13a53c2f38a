#pragma once

#include <array>
#include <cstdint>

#include "core/images/Image.h"

namespace uada {

/// The new value of each of the 256 old ones.
using ByteTable = std::array<std::uint8_t, 256>;
using ChannelTables = std::array<ByteTable, 3>;
using Histogram = std::array<std::uint32_t, 256>;

ByteTable identityTable();

/// in and out: the same size.
void copyImage(ImageView in, ImageSpan out);
void applyTable(ImageView in, ImageSpan out, const ByteTable& table);
void applyTables(ImageView in, ImageSpan out, const ChannelTables& tables);

/// The same table for each channel.
inline ChannelTables alike(const ByteTable& table) { return {table, table, table}; }

/// Counts of each value, per channel.
std::array<Histogram, 3> histograms(ImageView image);

}  // namespace uada
