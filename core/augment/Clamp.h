#pragma once

#include "core/augment/Plan.h"
#include "core/ops/Op.h"

namespace uada {

/// The ranges of a plan's coordinates.
struct PlanBounds {
  int side = 32;  ///< of the image, pixels: box edges lie in 0..side
  int pad = 4;    ///< crop offsets lie in 0..2*pad
};

/// The plan with every coordinate in its range (methods.md 1.2, "clamping": at use only); a resized crop in
/// the source image that it names. A box whose right or bottom lies before its left or top stays so: it
/// erases nothing.
Plan clampPlan(const Plan& plan, const PlanBounds& bounds);

}  // namespace uada
