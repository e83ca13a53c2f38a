#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/images/Image.h"
#include "core/ops/Affine.h"
#include "core/ops/Normalise.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {

/// A walk over the source in 16.16 fixed point, from a first point on.
struct FixedSteps {
  std::int32_t x, xStep, y, yStep;
};

/// Pixels begin..end-1 of a row.
struct RowPart {
  int y, begin, end;
};

/// A part of a row whose pixels are interpolated along one axis. All arrays have one entry a byte of the
/// output and may be read up to kSpare entries beyond it.
/// A byte's source coordinate is (place + shift) + start, in this order; its first tap, or its second of
/// four, lies at base + whole. Where not 0 <= coordinate < limit, a byte is that of `fill`; without `fill`
/// all coordinates lie inside.
struct LaneRow {
  static constexpr int kSpare = 16;
  const std::uint8_t* taps[4];  ///< bilinear: two of them
  const double *place, *base, *fill;
  double shift, start, whole, limit;
};

}  // namespace uada

/// The inner loops of the ops, compiled for each instruction set from SSSE3 to AVX-512 and chosen when the
/// program runs; on anything less they are the functions of the same name in core/ops/Reference.h, which they
/// equal to the bit. They allocate nothing and touch no byte outside the images. in and out: the same size,
/// not the same memory.
namespace uada::simd {

void applyTable(ImageView in, ImageSpan out, const ByteTable& table);
void applyTables(ImageView in, ImageSpan out, const ChannelTables& tables);
/// Clears the bits that are not in `keep`, then turns over those in `turn`.
void mapBits(ImageView in, ImageSpan out, std::uint8_t keep, std::uint8_t turn);
/// Inverts the bytes from `lowest` on; 0..256.
void invertFrom(ImageView in, ImageSpan out, int lowest);
/// Adds to each byte, clamps, and inverts from 128 on; -255..255.
void addInverted(ImageView in, ImageSpan out, int shift);
/// Of each channel.
std::array<Extremes, 3> extremes(ImageView image);

/// The blend with one grey for the whole image; the factor as blendFactor() gives it.
ByteTable blendTable(int degenerate, float factor);
/// Takes the lowest value to 0 and the highest to 255: v * scale - low * scale in double precision, cut to a
/// whole number, then clamped. Of one value alone: no change.
ByteTable stretchTable(const Extremes& found);
/// Of counts whose sum is below 2^32.
Sums runningSums(const Histogram& counts);
/// (below + more) / step without its fraction, 255 at most. below does not fall; sum and step less than 2^30,
/// 0 < step
ByteTable shareTable(const Histogram& below, std::uint32_t more, std::uint32_t step);

/// Blends each pixel with its grey(); the factor as blendFactor() gives it.
void color(ImageView in, ImageSpan out, float factor);
/// The sum of all grey().
std::uint64_t greySum(ImageView image);
/// Blends each byte with that of another image of the same size: factor 0 `in`, 1 `other`.
void mix(ImageView in, ImageView other, ImageSpan out, float factor);

/// All but the first and last pixel of row y of sharpen(); 0 < y < height - 1, width >= 3.
void sharpenRow(ImageView in, ImageSpan out, int y, float factor);
/// All but the first and last two pixels of row y: the mean of the rim of the 5x5 square about each.
/// 1 < y < height - 2, width >= 5
void blurRow(ImageView in, ImageSpan out, int y);
/// `count` pixels in reverse order.
void reversePixels(const std::uint8_t* in, std::uint8_t* out, std::size_t count);

/// The nearest pixels on a walk that does not leave the image. count > 0; at most 16384 x 16384 pixels, fewer
/// than 2^31 bytes
void copyNearest(ImageView in, std::uint8_t* out, int count, const FixedSteps& steps);
/// Interpolates pixels of the output of any affine map, bilinearly or bicubically.
void interpolate(ImageView in, ImageSpan out, const Affine& affine, const Sampling& sampling,
                 const RowPart& part);
/// Interpolates `count` bytes in double precision, bilinearly or bicubically.
void interpolateLane(const LaneRow& row, Filter filter, std::uint8_t* out, int count);

/// 1 / 255 in 16 bits, so that a byte's multiple is exact, and what is missing from it.
constexpr float k255th = 0x1.0101p-8F;
constexpr float k255thRest = static_cast<float>(1.0 / 255.0 - 0x1.0101p-8);

void normalise(ImageView in, const NormaliseRule& rule, float* out);
/// To bfloat16.
void normaliseHalf(ImageView in, const NormaliseRule& rule, std::uint16_t* out);

}  // namespace uada::simd
