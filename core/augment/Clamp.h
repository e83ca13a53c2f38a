#pragma once

#include "core/augment/PartKind.h"

namespace uada {

/// The part with every coordinate in its range.
Part clampPart(const Part& part, const Frame& frame);

/// The plan with every coordinate in its range (docs/methods.md, "clamping at use"); a resized crop in
/// the source image that it names. A box whose right or bottom lies before its left or top stays so: it
/// erases nothing.
Plan clampPlan(const Plan& plan, const Input& input);

/// What the plan shows of an image of this size: of a resized crop the part that it cuts, else all of it.
PixelBox shownPart(const Plan& plan, const Input& input, ImageSize image);

}  // namespace uada
