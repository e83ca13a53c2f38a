#pragma once

#include <functional>

#include "core/engine/models/Torch.h"

namespace uada {

/// Batch normalisation, what is added to it and the ReLU behind both in one pass over memory, and their
/// gradient in two. Sums are taken in blocks in single precision and beyond them in double, in an order that
/// does not depend on threads.

/// What an input is normalised with, for each channel: [channels], float.
struct NormMoments {
  at::Tensor mean, variance;  ///< biased
  double count = 0;           ///< numbers of a channel that they are of; 0: not of an input
};

/// Adds up numbers over the ranks that train together, in place.
using SumOverRanks = std::function<void(const at::Tensor&)>;
/// Of the inputs of all ranks.
/// about  [channels], the same on all ranks, and near the means: what all values have in common would cost
///        the squares their last digits
NormMoments overRanks(const NormMoments& own, const at::Tensor& about, const SumOverRanks& sum);

/// Whether the functions below take it: on the CPU, float or bfloat16, channels last in memory.
/// other  of the same kind and shape; undefined: none
bool canFuseNorm(const at::Tensor& x, const at::Tensor& other = {});

/// Of x [B, channels, H, W] over B, H and W.
NormMoments momentsOf(const at::Tensor& x);

struct NormRule {
  double epsilon = 1e-5;
  bool hasRelu = false;
  bool areOfInput = true;  ///< the moments are those of x: the gradient goes through them, too
  const SumOverRanks* together = nullptr;  ///< they are of all ranks; it lives until the gradient is taken
};

/// (x - mean) / sqrt(variance + epsilon) * weight + bias + other, and its ReLU.
/// x               [B, channels, H, W], with `other` as canFuseNorm() has it
/// weight, bias    [channels], float
/// returns         a new tensor like x
at::Tensor fusedNorm(const at::Tensor& x, const at::Tensor& other, const at::Tensor& weight,
                     const at::Tensor& bias, const NormMoments& moments, const NormRule& rule);

}  // namespace uada
