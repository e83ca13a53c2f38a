#pragma once

#include "core/augment/Input.h"
#include "core/augment/Plan.h"
#include "core/ops/Op.h"

namespace uada {

/// The plan with every coordinate in its range (methods.md 1.2, "clamping": at use only): crop offsets in
/// 0..2*pad, edges of the box in the input, a resized crop in the source image that it names. A box whose
/// right or bottom lies before its left or top stays so: it erases nothing.
Plan clampPlan(const Plan& plan, const Input& input);

}  // namespace uada
