#include <array>
#include <cstdint>

#include "core/ops/Op.h"
#include "core/ops/Reference.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {

namespace {

/// More pixels than that do not fit the numbers of shareTable().
constexpr std::int64_t kMost = 1 << 30;

}  // namespace

ByteTable equalizedTable(const Histogram& counts) {
  std::int64_t pixels = 0;
  int used = 0, top = 255;
  for (std::uint32_t count : counts) {
    pixels += count;
    used += count > 0;
  }
  if (used <= 1) return identityTable();
  if (pixels >= kMost) return reference::equalizedTable(counts);
  while (counts[top] == 0) --top;
  const std::int64_t step = (pixels - counts[top]) / 255;
  if (step == 0) return identityTable();
  std::array<std::int32_t, 256> below;
  std::int64_t sum = step / 2;
  for (std::size_t v = 0; v < 256; sum += counts[v++]) below[v] = static_cast<std::int32_t>(sum);
  return simd::shareTable(below, static_cast<std::int32_t>(step));
}

namespace {

ChannelTables tablesOf(ImageView image) {
  const auto counts = histograms(image);
  return {equalizedTable(counts[0]), equalizedTable(counts[1]), equalizedTable(counts[2])};
}

}  // namespace

/// Makes the histogram of each channel as even as a table of bytes can.
Op equalize() {
  Op op{.name = "equalize",
        .title = "Equalize",
        .source = "Pillow ImageOps.equalize; AutoAugment, CVPR 2019",
        .unit = ""};
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.alpha = Alpha::reset;
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) {
    simd::applyTables(in, out, tablesOf(in));
  };
  op.lookUp = LookUp::ofImage;
  return op;
}

}  // namespace uada
