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
  Part* next = out.parts().data();
  eachClamped(plan, input, [&](const Part& part, const Frame&) { *next++ = part; });
  return out;
}

PixelBox shownPart(const Plan& plan, const Input& input, ImageSize image) {
  const PixelBox whole{0, 0, image.width, image.height};
  if (!sourceSize(plan)) return whole;
  const Part& first = plan.parts().front();
  const PartKind& kind = kindOf(first);
  const Frame frame{input, plan, image};
  const Part used = clampPart(first, frame);
  const auto map = kind.map({.part = used, .in = image, .out = kind.made(used, frame)}, input);
  return map ? map->part : whole;
}

}  // namespace uada
