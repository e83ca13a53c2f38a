#include "core/augment/Clamp.h"

#include <algorithm>

namespace uada {

Part clampPart(const Part& part, const Frame& frame) {
  const PartKind& kind = kindOf(part);
  Part out = part;
  for (int k = 0; k < kind.coordinates; ++k) {
    const Range range = kind.range(part, frame, k);
    out.at[k] = std::clamp(out.at[k], range.low, range.high);
  }
  return out;
}

Plan clampPlan(const Plan& plan, const Input& input) {
  Plan out = plan;
  for (Part& part : out.parts()) part = clampPart(part, {input, plan});
  return out;
}

PixelBox shownPart(const Plan& plan, const Input& input, ImageSize image) {
  const Frame frame{input, plan};
  for (const Part& part : plan.parts())
    if (const PartKind& kind = kindOf(part); kind.phase == RenderPhase::source && kind.map)
      if (const auto map = kind.map({.part = clampPart(part, frame)}, input)) return map->part;
  return {0, 0, image.width, image.height};
}

}  // namespace uada
