#pragma once

#include "core/engine/models/Torch.h"

namespace uada {

/// Batch normalisation, what is added to it and the ReLU behind both in one pass over memory, and their
/// gradient in two. Sums are taken in blocks in single precision and beyond them in double, in an order that
/// does not depend on threads.

/// What an input is normalised with, for each channel: [channels], float.
struct NormMoments {
  at::Tensor mean, variance;  ///< biased
};

/// Whether the functions below take it: on the CPU, float or bfloat16, channels last in memory.
/// other  of the same kind and shape; undefined: none
bool canFuseNorm(const at::Tensor& x, const at::Tensor& other = {});

/// Of x [B, channels, H, W] over B, H and W.
NormMoments momentsOf(const at::Tensor& x);

struct NormRule {
  double epsilon = 1e-5;
  bool hasRelu = false;
  bool areOfInput = true;  ///< the moments are those of x: the gradient goes through them, too
};

/// (x - mean) / sqrt(variance + epsilon) * weight + bias + other, and its ReLU.
/// x               [B, channels, H, W], with `other` as canFuseNorm() has it
/// weight, bias    [channels], float
/// returns         a new tensor like x
at::Tensor fusedNorm(const at::Tensor& x, const at::Tensor& other, const at::Tensor& weight,
                     const at::Tensor& bias, const NormMoments& moments, const NormRule& rule);

}  // namespace uada
