#include <cmath>

#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {

/// Keeps the upper `value` bits of each byte; the value is rounded and clamped to 0..8.
Op posterize() {
  Op op{.name = "posterize",
        .title = "Posterize",
        .source = "Pillow ImageOps.posterize; AutoAugment, CVPR 2019",
        .unit = "bits"};
  op.min = 0;
  op.max = 8;
  op.hasValue = true;
  op.valueAt = [](Grid, double level, int, int) -> double { return std::round(8.0 - uc10Even(4.0, level)); };
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    if (std::isnan(value)) return copyImage(in, out);
    const int bits = static_cast<int>(std::round(std::clamp(value, 0.0, 8.0)));
    const unsigned mask = ~((1U << (8 - bits)) - 1U);
    for (std::size_t i = 0; i < in.bytes(); ++i) out.rgb[i] = static_cast<std::uint8_t>(in.rgb[i] & mask);
  };
  return op;
}

}  // namespace uada
