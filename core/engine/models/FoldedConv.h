#pragma once

#include <array>

#include "core/engine/models/FusedNorm.h"
#include "core/engine/models/Torch.h"

namespace uada {

/// A convolution and the batch normalisation behind it as one convolution, where the moments are known
/// before: oneDNN then adds and takes the ReLU while it still has the result at hand. On the CPU, without
/// gradient.

/// Where a kernel stands. Of the padding the first is of the height.
struct ConvPlaces {
  std::int64_t stride = 1, dilation = 1;
  std::array<std::int64_t, 2> padding{0, 0};
};

/// weight * scale for each output channel, as oneDNN keeps it, and what the normalisation adds.
struct FoldedConv {
  at::Tensor weight, bias;
  std::array<std::uint32_t, 3> versions{};  ///< of the convolution's weight, and the norm's weight and bias
};

/// Whether the functions below take it, here and now.
bool canFoldNorm(const at::Tensor& x);

/// What a folded convolution is for: others of this kind may go in, too.
struct FoldedFor {
  at::ScalarType kind;    ///< of the images that go in, float or bfloat16
  at::IntArrayRef input;  ///< [B, in, H, W]; other B are taken as well
  ConvPlaces places;
};

/// weight        [out, in, kernel, kernel]
/// gamma, beta   [out]: weight and bias of the normalisation
FoldedConv foldedConv(const at::Tensor& weight, const at::Tensor& gamma, const at::Tensor& beta,
                      const NormMoments& moments, double epsilon, const FoldedFor& use);
/// Whether the tensors are as they were when it was made.
bool isFoldedOf(const FoldedConv& conv, const at::Tensor& weight, const at::Tensor& gamma,
                const at::Tensor& beta, at::ScalarType kind);

/// x      [B, in, H, W], channels last, of the folded weight's kind
/// other  undefined, or of the result's shape and kind: it is added before the ReLU, and its memory holds the
///        result
at::Tensor foldedForward(const FoldedConv& conv, const at::Tensor& x, const at::Tensor& other, bool hasRelu,
                         const ConvPlaces& places);

}  // namespace uada
