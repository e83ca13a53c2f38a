#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {
namespace {

/// The mean of the 16 pixels on the rim of the 5x5 square. All sums are whole sixteenths, so that integers
/// give what Pillow's single precision does.
void blurRow(ImageView in, ImageSpan out, int y) {
  const std::uint8_t* rows[5];
  for (int k = 0; k < 5; ++k) rows[k] = in.row(y + k - 2);
  std::uint8_t* to = out.row(y);
  for (int i = 6; i < 3 * (in.width - 2); ++i) {
    int sum = 8;
    for (int d = -6; d <= 6; d += 3) sum += rows[0][i + d] + rows[4][i + d];
    for (int k = 1; k <= 3; ++k) sum += rows[k][i - 6] + rows[k][i + 6];
    to[i] = static_cast<std::uint8_t>(sum >> 4);
  }
}

}  // namespace

/// Each pixel becomes the mean of the rim of the 5x5 square about it. The border of two pixels is kept, and
/// so is an image narrower or lower than 5.
Op blur() {
  Op op{.name = "blur", .title = "Blur", .source = "Pillow ImageFilter.BLUR; DDAS, ICCV 2021", .unit = ""};
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) {
    copyImage(in, out);
    if (in.width < 5 || in.height < 5) return;
    for (int y = 2; y < in.height - 2; ++y) blurRow(in, out, y);
  };
  return op;
}

}  // namespace uada
