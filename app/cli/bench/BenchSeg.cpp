#include "app/cli/BenchLines.h"
#include "app/cli/bench/Measure.h"
#include "app/cli/bench/Rendering.h"
#include "core/data/LabelCounts.h"

namespace uada::cli {
namespace {

constexpr int kClasses = 19;

/// Classes in blocks, with wrong ones along every border as a network has them.
LabelMap madeUpMap(int shift) {
  constexpr int kWidth = 2048, kHeight = 1024, kBlock = 37;  // pixels
  LabelMap map(kWidth, kHeight);
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x)
      map.row(y)[x] =
          static_cast<std::uint8_t>(((x + shift) / kBlock + 3 * ((y + shift) / kBlock)) % kClasses);
  return map;
}

}  // namespace

void benchSeg(const BenchOptions& options, BenchLines& lines) {
  const LabelMap truth = madeUpMap(0), predicted = madeUpMap(3);
  LabelCounts counts(kClasses);
  Spread spread =
      measure({{timed(cpuSeconds, [&] { counts.add(predicted.view(), truth.view()); })}}, options.seconds)
          .micros[0];
  constexpr double kMicros = 1000;  // of a millisecond
  spread = {spread.median / kMicros, spread.low / kMicros, spread.high / kMicros};
  BenchLine line;
  line.result.name = "seg.intersection";
  line.note = "One image of 2,048 x 1,024 pixels and 19 classes: intersection and areas of each class";
  putValue(line, spread, "ms");
  lines.add(std::move(line));
}

}  // namespace uada::cli
