#include "core/augment/Stages.h"

#include <fmt/core.h>

#include <span>

#include "core/augment/Clamp.h"
#include "core/base/Files.h"

namespace uada {

std::vector<Stage> stagesOf(const Renderer& renderer, std::uint32_t index, const Plan& plan) {
  std::vector<Stage> stages;
  Stage& original = stages.emplace_back();
  original.title = "Original";
  original.image = Image(*renderer.source(index));
  int step = 0;
  eachClamped(plan, renderer.settings().input, [&](const Part& part, const Frame& frame) {
    const PartKind& kind = kindOf(part);
    Stage& stage = stages.emplace_back();
    stage.part = kind.name;
    if (kind.isOp) stage.step = step++;
    kind.describe(part, frame, stage);
    stage.image = renderer.picture(index, plan.first(stages.size() - 1));
  });
  return stages;
}

std::string pixelHash(ImageView image) { return sha256(std::as_bytes(std::span(image.rgb, image.bytes()))); }

bool unitFollows(const Op& op) { return op.unit == "degrees" || op.unit == "pixels" || op.unit == "bits"; }

std::string rawValueText(const Op& op, double value) {
  if (!op.hasValue) return "";
  const std::string number = fmt::format("{:.4g}", value + 0.0);  // -0 reads as 0
  if (op.unit.empty()) return number;
  return unitFollows(op) ? fmt::format("{} {}", number, op.unit) : fmt::format("{} {}", op.unit, number);
}

}  // namespace uada
