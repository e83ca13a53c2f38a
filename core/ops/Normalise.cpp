#include "core/ops/Normalise.h"

namespace uada {

Normaliser::Normaliser(const std::array<float, 3>& mean, const std::array<float, 3>& deviation) {
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t byte = 0; byte < 256; ++byte)
      table_[c][byte] = (static_cast<float>(byte) / 255.0F - mean[c]) / deviation[c];
}

void Normaliser::apply(ImageView in, float* out) const {
  for (std::size_t i = 0; i < in.bytes(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) out[i + c] = table_[c][in.rgb[i + c]];
}

}  // namespace uada
