#pragma once

#include <cstddef>
#include <cstdint>

#include "core/images/Image.h"
#include "core/ops/Normalise.h"

/// The ops in plain C++: what they mean, what every kernel of core/ops/simd must equal to the bit, and what
/// runs on a processor that has nothing beyond SSE2. in and out: the same size, not the same memory.
namespace uada::reference {

void normalise(ImageView in, const NormaliseRule& rule, float* out);
void normaliseHalf(ImageView in, const NormaliseRule& rule, std::uint16_t* out);

}  // namespace uada::reference
