#include "core/engine/models/Layers.h"

namespace uada {

Conv::Conv(int in, int out, int kernel, int stride) : stride_(stride), padding_(kernel / 2) {
  at::Tensor weight = at::zeros({out, in, kernel, kernel}).contiguous(at::MemoryFormat::ChannelsLast);
  weight_ = register_parameter("weight", weight);
}

at::Tensor Conv::forward(const at::Tensor& x) const {
  if (weight_.size(2) > 1 || stride_ == 1) return at::conv2d(x, weight_, {}, stride_, padding_);
  // A strided 1x1 convolution reads every stride-th pixel. oneDNN's own, as in LibTorch 2.11, crashes
  // (AVX-512) or never ends (AVX2) in the backward pass of 8 input channels and fewer, so the pixels are
  // picked first.
  const at::Tensor picked = x.slice(2, 0, c10::nullopt, stride_).slice(3, 0, c10::nullopt, stride_);
  return at::conv2d(picked.contiguous(at::MemoryFormat::ChannelsLast), weight_);
}

BatchNorm::BatchNorm(int channels) {
  weight_ = register_parameter("weight", at::ones({channels}));
  bias_ = register_parameter("bias", at::zeros({channels}));
  runningMean_ = register_buffer("running_mean", at::zeros({channels}));
  runningVar_ = register_buffer("running_var", at::ones({channels}));
}

at::Tensor BatchNorm::forward(const at::Tensor& x) const {
  constexpr double kMomentum = 0.1, kEpsilon = 1e-5;
  const bool cudnn = x.is_cuda();
  if (mode == NormMode::probe)
    return at::batch_norm(x, weight_, bias_, {}, {}, true, kMomentum, kEpsilon, cudnn);
  return at::batch_norm(x, weight_, bias_, runningMean_, runningVar_, mode == NormMode::train, kMomentum,
                        kEpsilon, cudnn);
}

Linear::Linear(int in, int out) {
  weight_ = register_parameter("weight", at::zeros({out, in}));
  bias_ = register_parameter("bias", at::zeros({out}));
}

at::Tensor Linear::forward(const at::Tensor& x) const { return at::linear(x, weight_, bias_); }

}  // namespace uada
