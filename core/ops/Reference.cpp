#include "core/ops/Reference.h"

namespace uada::reference {

void normalise(ImageView in, const NormaliseRule& rule, float* out) {
  for (std::size_t i = 0; i < in.bytes(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) out[i + c] = rule.values[c][in.rgb[i + c]];
}

void normaliseHalf(ImageView in, const NormaliseRule& rule, std::uint16_t* out) {
  for (std::size_t i = 0; i < in.bytes(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) out[i + c] = rule.halves[c][in.rgb[i + c]];
}

}  // namespace uada::reference
