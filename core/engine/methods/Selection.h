#pragma once

#include <torch/torch.h>

#include "core/engine/methods/Method.h"

namespace uada {

/// How each sample of a batch chooses among its C candidates. All is arithmetic on the device of the first
/// argument; the chosen are numbers of candidates, [chosen, B], int64.

/// Numbers to choose by, uniform in [0, 1): each sample's come from its own stream.
/// returns  [count, B], float64, on the CPU
at::Tensor selectionNumbers(const Batch& batch, int count);

/// Draws with replacement, with a chance that is proportional to the weight; uniform where all are zero.
/// weights  [C, B], not negative
/// numbers  [chosen, B], as selectionNumbers() gives them
at::Tensor drawnInProportion(const at::Tensor& weights, const at::Tensor& numbers);

/// Those with the largest values, the largest first; of equal ones the first. values: [C, B]
at::Tensor largest(const at::Tensor& values, int count);

/// The seeding of k-means++ (Arthur & Vassilvitskii 2007): the first uniform, each next with a chance that is
/// proportional to the squared distance to the nearest one that was chosen before.
/// points   [C, B, n]
/// numbers  [chosen, B], as selectionNumbers() gives them
at::Tensor spreadOut(const at::Tensor& points, const at::Tensor& numbers);

/// The rows of chosen candidates, copy after copy.
/// candidates  the batch under the first candidate, then under the second ...
/// returns     [chosen * B], int64
at::Tensor rowsOf(const at::Tensor& chosen, Rows candidates);

/// The plans of chosen candidates: [chosen, B].
/// plans   [C, B]
/// chosen  [chosen * B] numbers of candidates, on the CPU
std::vector<Plan> chosenPlans(std::span<const Plan> plans, const at::Tensor& chosen, std::size_t size);

}  // namespace uada
