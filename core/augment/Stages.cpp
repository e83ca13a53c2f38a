#include "core/augment/Stages.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <span>

#include "core/augment/Clamp.h"
#include "core/base/Files.h"

namespace uada {

static Target copyOf(const TargetView& view) {
  struct Copy {
    Target operator()(Label label) const { return label; }
    Target operator()(LabelMapView map) const { return LabelMap(map); }
    Target operator()(BoxesView boxes) const { return Boxes(boxes.begin(), boxes.end()); }
    Target operator()(ImageView picture) const { return Image(picture); }
  };
  return std::visit(Copy(), view);
}

std::vector<Stage> stagesOf(const Renderer& renderer, std::uint32_t index, const Plan& plan) {
  std::vector<Stage> stages;
  Stage& original = stages.emplace_back();
  original.title = "Original";
  original.image = Image(*renderer.source(index));  // first: it refuses what is not there
  const Held<TargetView> target = renderer.data().target(index);
  original.target = copyOf(*target);
  int step = 0;
  eachClamped(plan, renderer.settings().input, [&](const Part& part, const Frame& frame) {
    const PartKind& kind = kindOf(part);
    Stage& stage = stages.emplace_back();
    stage.part = kind.name;
    stage.title = kind.title;
    if (kind.isOp) stage.step = step++;
    kind.describe(part, frame, stage);
    const Plan done = plan.first(stages.size() - 1);
    stage.image = renderer.picture(index, done);
    stage.target = renderer.target(done, *target);
  });
  return stages;
}

std::string pixelHash(ImageView image) { return sha256(std::as_bytes(std::span(image.rgb, image.bytes()))); }

std::string wordOf(const Op& op) {
  std::string word = op.title;
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

bool unitFollows(const Op& op) { return op.unit == "degrees" || op.unit == "pixels" || op.unit == "bits"; }

std::string rawValueText(const Op& op, double value) {
  if (!op.hasValue) return "";
  const std::string number = fmt::format("{:.4g}", value + 0.0);  // -0 reads as 0
  if (op.unit.empty()) return number;
  return unitFollows(op) ? fmt::format("{} {}", number, op.unit) : fmt::format("{} {}", op.unit, number);
}

}  // namespace uada
