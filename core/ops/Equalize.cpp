#include <array>
#include <cstdint>

#include "core/ops/Op.h"
#include "core/ops/Reference.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {

namespace {

/// More pixels than that do not fit the numbers of shareTable().
constexpr std::uint32_t kMost = 1 << 30;

}  // namespace

ByteTable equalizedTable(const Histogram& counts) {
  const Sums sums = simd::runningSums(counts);
  if (sums.all >= kMost) return reference::equalizedTable(counts);
  if (sums.all == 0) return identityTable();
  int top = 255;
  while (counts[top] == 0) --top;
  const std::uint32_t step = (sums.all - counts[top]) / 255;
  if (step == 0) return identityTable();  // also of one value alone
  return simd::shareTable(sums.before, step / 2, step);
}

/// Makes the histogram of each channel as even as a table of bytes can, as Pillow's ImageOps.equalize: with
/// step = (pixels - count of the brightest value that occurs) / 255 in integers, v becomes
/// min(255, (step / 2 + count of all values below v) / step). A channel of one value, or with step 0, is
/// kept.
Op equalize() {
  Op op{.name = "equalize",
        .title = "Equalize",
        .source = "Pillow ImageOps.equalize; AutoAugment, CVPR 2019",
        .unit = ""};
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.alpha = Alpha::reset;
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) {
    simd::applyTables(in, out, tablesOf(histograms(in), equalizedTable));
  };
  op.lookUp = LookUp::ofImage;
  return op;
}

}  // namespace uada
