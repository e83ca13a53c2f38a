#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/engine/methods/Method.h"
#include "core/engine/methods/Selecting.h"
#include "core/engine/models/Torch.h"

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

/// What a candidate is compared by: [B, ...] of the batch under it.
using LookAtCandidate = std::function<at::Tensor(StepContext& step, Rows rows, Mode mode)>;
/// Of what that gave for each candidate, [C, B, ...].
/// returns  [S, B], numbers of candidates
using ChooseCandidates = std::function<at::Tensor(const at::Tensor& all, const Batch& batch)>;

/// A method that, each step, of each image
///   draws C candidates and looks at them in evaluation mode, without gradient;
///   chooses S of them;
///   takes one step on the mean loss of these S * B rows.
std::unique_ptr<Method> makeSelecting(const Selecting& settings, const MethodContext& context,
                                      LookAtCandidate look, ChooseCandidates choose);

}  // namespace uada
