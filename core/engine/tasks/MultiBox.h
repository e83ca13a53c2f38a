#pragma once

#include "core/engine/models/Torch.h"
#include "core/engine/tasks/TaskHead.h"

namespace uada {

/// Of each image the priors without an object that are trained on all the same: the hardest ones.
/// losses    [R, P], cross-entropy
/// positive  [R, P], bool: priors that stand for an object
/// ratio     how many for each positive one, at most P - 1 in all
/// returns   [R, P], bool; of equal losses the first
at::Tensor hardNegatives(const at::Tensor& losses, const at::Tensor& positive, int ratio);

/// The sum of an image's losses: smooth L1 of the offsets over its positive priors, and cross-entropy over
/// these and the hard negatives. Without a positive prior it is 0.
/// returns  [R], float
/// source   Liu et al. 2016, equations (1) to (3)
at::Tensor multiBoxSums(const Output& output, const Targets& targets, int ratio);

/// [R], int64: an image's positive priors.
at::Tensor positiveCounts(const Targets& targets);

}  // namespace uada
