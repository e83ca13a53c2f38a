#include <fmt/core.h>

#include "app/cli/BenchLines.h"
#include "app/cli/bench/Judge.h"
#include "app/cli/bench/Measure.h"
#include "app/cli/bench/Rendering.h"
#include "core/base/Philox.h"
#include "core/data/AveragePrecision.h"

namespace uada::cli {
namespace {

constexpr int kClasses = 20, kImages = 4952, kBoxes = 200;  // the boxes of an image: found ones

struct MadeUpImage {
  Boxes truth;
  std::vector<FoundBox> found;
};

/// One to five objects; what is found lies about them, or anywhere.
MadeUpImage madeUpImage(std::uint32_t number) {
  constexpr float kSide = 500;  // pixels
  Random random(1, 0, number, Purpose::test);
  const auto drawn = [&](float most) { return static_cast<float>(random.uniform()) * most; };
  const auto box = [&](float left, float top, float width, float height, std::uint32_t label) {
    return ObjectBox{left, top, left + width, top + height, static_cast<std::int32_t>(label)};
  };
  MadeUpImage image;
  for (std::uint32_t left = 1 + random.below(5); left > 0; --left) {
    const float x = drawn(kSide / 2), y = drawn(kSide / 2), width = 20 + drawn(kSide / 2);
    image.truth.push_back(box(x, y, width, 20 + drawn(kSide / 2), random.below(kClasses)));
  }
  for (int i = 0; i < kBoxes; ++i) {
    const ObjectBox near = image.truth[random.below(static_cast<std::uint32_t>(image.truth.size()))];
    const auto label = i % 3 == 0 ? random.below(kClasses) : static_cast<std::uint32_t>(near.label);
    const float x = near.left + drawn(60) - 30, y = near.top + drawn(60) - 30;
    image.found.push_back(
        {box(x, y, near.right - near.left, near.bottom - near.top, label), random.uniform()});
  }
  return image;
}

}  // namespace

void benchVoc(const BenchOptions& options, BenchLines& lines) {
  std::vector<MadeUpImage> images;
  for (std::uint32_t i = 0; i < kImages; ++i) images.push_back(madeUpImage(i));
  double mean = 0;
  const auto evaluate = [&] {
    AveragePrecision counts(kClasses);
    for (const MadeUpImage& image : images) counts.add(image.found, image.truth);
    mean = counts.mean(ApRule::voc07Ssd);
  };
  const StealWatch steal;
  Spread spread = measure({{timed(cpuSeconds, evaluate)}}, options.seconds).micros[0];
  constexpr double kMicros = 1000;  // of a millisecond
  spread = {spread.median / kMicros, spread.low / kMicros, spread.high / kMicros};
  BenchLine line;
  line.result.name = "voc.map";
  line.note =
      fmt::format("4,952 images with 200 found boxes each, 20 classes, one thread; mean {:.4f}", mean);
  putValue(line, spread, "ms");
  judgeMost(line, spread, 2000, "ms", steal.share());
  lines.add(std::move(line));
}

}  // namespace uada::cli
