#pragma once

#include "core/augment/PartKind.h"

namespace uada {

/// The part with every coordinate in its range.
Part clampPart(const Part& part, const Frame& frame);

/// Goes through the parts of a plan in order, as they are used.
/// visit(part, frame)  the part with every coordinate in its range, and what reaches it
/// returns  the size of the picture behind them all
template <class Visit>
ImageSize eachClamped(const Plan& plan, const Input& input, const Visit& visit) {
  Frame frame{input, plan, sourceSize(plan).value_or(input.size())};
  for (const Part& part : plan.parts()) {
    const Part used = clampPart(part, frame);
    visit(used, frame);
    if (const auto made = kindOf(part).made) frame.size = made(used, frame);
  }
  return frame.size;
}

/// The plan with every coordinate in its range (docs/methods.md, "clamping at use"); a resized crop, a scale
/// or a window in the image that reaches it. A box whose right or bottom lies before its left or top stays
/// so: it erases nothing.
Plan clampPlan(const Plan& plan, const Input& input);

/// What the plan shows of an image of this size: of a resized crop the part that it cuts, else all of it.
PixelBox shownPart(const Plan& plan, const Input& input, ImageSize image);

}  // namespace uada
