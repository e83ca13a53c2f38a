#pragma once

#include <cstdint>

#include "core/images/Image.h"
#include "core/ops/Normalise.h"

/// The inner loops of the ops, compiled for each instruction set from SSSE3 to AVX-512 and chosen when the
/// program runs; on anything less they are the functions of the same name in core/ops/Reference.h, which they
/// equal to the bit. They allocate nothing and touch no byte outside the images. in and out: the same size,
/// not the same memory.
namespace uada::simd {

/// 1 / 255 in 16 bits, so that a byte's multiple is exact, and what is missing from it.
constexpr float k255th = 0x1.0101p-8F;
constexpr float k255thRest = static_cast<float>(1.0 / 255.0 - 0x1.0101p-8);

void normalise(ImageView in, const NormaliseRule& rule, float* out);
/// To bfloat16.
void normaliseHalf(ImageView in, const NormaliseRule& rule, std::uint16_t* out);

}  // namespace uada::simd
