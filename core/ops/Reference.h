#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/images/Image.h"
#include "core/ops/Affine.h"
#include "core/ops/Normalise.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

/// The ops in plain C++: what they mean, what every kernel of core/ops/simd must equal to the bit, and what
/// runs on a processor that has nothing beyond SSE2. Where a name is not explained, core/ops/simd/Kernels.h
/// does. in and out: the same size, not the same memory.
namespace uada::reference {

void applyTable(ImageView in, ImageSpan out, const ByteTable& table);
void applyTables(ImageView in, ImageSpan out, const ChannelTables& tables);
void mapBits(ImageView in, ImageSpan out, std::uint8_t keep, std::uint8_t turn);
void addInverted(ImageView in, ImageSpan out, int shift);
void invertFrom(ImageView in, ImageSpan out, int lowest);
std::array<Extremes, 3> extremes(ImageView image);
ByteTable equalizedTable(const Histogram& counts);
ByteTable blendTable(int degenerate, float factor);
/// One entry of stretchTable(), of extremes that differ.
std::uint8_t stretched(int value, const Extremes& found);
ByteTable stretchTable(const Extremes& found);
Sums runningSums(const Histogram& counts);
ByteTable shareTable(const Histogram& below, std::uint32_t more, std::uint32_t step);

void color(ImageView in, ImageSpan out, float factor);
std::uint64_t greySum(ImageView image);
void mix(ImageView in, ImageView other, ImageSpan out, float factor);
void sharpenRow(ImageView in, ImageSpan out, int y, float factor);
void blurRow(ImageView in, ImageSpan out, int y);
void reversePixels(const std::uint8_t* in, std::uint8_t* out, std::size_t count);

void applyAffine(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling);
void interpolate(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling,
                 const RowPart& part);
void copyNearest(ImageView in, std::uint8_t* out, int count, const FixedSteps& steps);
void interpolateLane(const LaneRow& row, Filter filter, std::uint8_t* out, int count);

void normalise(ImageView in, const NormaliseRule& rule, float* out);
void normaliseHalf(ImageView in, const NormaliseRule& rule, std::uint16_t* out);

}  // namespace uada::reference
