#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {
/// Each pixel becomes the mean of the rim of the 5x5 square about it. The border of two pixels is kept, and
/// so is an image narrower or lower than 5.
Op blur() {
  Op op{.name = "blur", .title = "Blur", .source = "Pillow ImageFilter.BLUR; DDAS, ICCV 2021", .unit = ""};
  op.alpha = Alpha::band;
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) {
    copyImage(in, out);
    if (in.width < 5 || in.height < 5) return;
    for (int y = 2; y < in.height - 2; ++y) simd::blurRow(in, out, y);
  };
  return op;
}

}  // namespace uada
