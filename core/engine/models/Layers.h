#pragma once

#include "core/engine/models/Network.h"

namespace uada {

/// The layers draw no random numbers: drawWeights() fills them once the whole network stands.

/// Square convolution without bias, "same" padding.
class Conv : public torch::nn::Module {
 public:
  Conv(int in, int out, int kernel, int stride, int dilation = 1);
  /// x [B, in, H, W] -> [B, out, ceil(H / stride), ceil(W / stride)]
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_;  // [out, in, kernel, kernel]
  std::int64_t stride_, dilation_, padding_;
};

/// Batch normalisation over N, H, W with momentum 0.1 and epsilon 1e-5.
/// source  Ioffe & Szegedy 2015, Algorithms 1 and 2; defaults of PyTorch
class BatchNorm : public torch::nn::Module {
 public:
  explicit BatchNorm(int channels);
  /// x [B, channels, H, W] -> a new tensor of the same shape
  at::Tensor forward(const at::Tensor& x) const;
  NormMode mode = NormMode::train;

 private:
  at::Tensor weight_, bias_, runningMean_, runningVar_;  // [channels]
};

/// Sets whole channels to zero while training, each by itself, and enlarges the others so that their mean
/// stays. Which ones depends on Network::setNoise() and the layer's name alone.
class ChannelDropout : public torch::nn::Module {
 public:
  explicit ChannelDropout(double rate) : rate_(rate) {}
  /// x [B, C, H, W] -> the same shape
  at::Tensor forward(const at::Tensor& x) const;
  NormMode mode = NormMode::train;
  Noise noise;
  std::uint32_t layer = 0;  ///< tells the network's dropout layers apart

 private:
  double rate_;
};

/// A classifier for each pixel: 1x1 convolution with bias.
class Conv1x1 : public torch::nn::Module {
 public:
  Conv1x1(int in, int out);
  /// x [B, in, H, W] -> [B, out, H, W]
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;  // [out, in, 1, 1], [out]
};

class Linear : public torch::nn::Module {
 public:
  Linear(int in, int out);
  /// x [B, in] -> [B, out]
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;  // [out, in], [out]
};

}  // namespace uada
