#include "core/engine/models/Layers.h"

#include <ATen/autocast_mode.h>

#include <cmath>

#include "core/base/Philox.h"

namespace uada {
namespace {

constexpr double kEpsilon = 1e-5;  // of batch normalisation

}  // namespace

double fanOutDeviation(const at::Tensor& weight) {
  const std::int64_t fanOut = weight.size(0) * weight.size(2) * weight.size(3);
  return std::sqrt(2.0 / static_cast<double>(fanOut));
}

double glorotBound(const at::Tensor& weight) {
  const std::int64_t pixels = weight.size(2) * weight.size(3);
  return std::sqrt(6.0 / static_cast<double>(pixels * (weight.size(0) + weight.size(1))));
}

ConvShape sameSize(int in, int out, std::array<int, 2> kernel, int stride, int dilation) {
  return {in, out, kernel, stride, dilation, {kernel[0] / 2 * dilation, kernel[1] / 2 * dilation}};
}

Conv::Conv(const ConvShape& shape)
    : stride_(shape.stride), dilation_(shape.dilation), padding_{shape.padding[0], shape.padding[1]} {
  const at::Tensor weight = at::zeros({shape.out, shape.in, shape.kernel[0], shape.kernel[1]});
  weight_ = register_parameter("weight", weight.contiguous(at::MemoryFormat::ChannelsLast));
  if (shape.hasBias) addBias();
}

Conv::Conv(int in, int out, int kernel, int stride, int dilation)
    : Conv(sameSize(in, out, {kernel, kernel}, stride, dilation)) {}

void Conv::addBias() { bias_ = register_parameter("bias", at::zeros({weight_.size(0)})); }

at::Tensor Conv::forward(const at::Tensor& x) const {
  if (weight_.size(2) * weight_.size(3) > 1 || stride_ == 1)
    return at::conv2d(x, weight_, bias_, stride_, padding_, dilation_);
  // A strided 1x1 convolution reads every stride-th pixel. oneDNN's own, as in LibTorch 2.11, crashes
  // (AVX-512) or never ends (AVX2) in the backward pass of 8 input channels and fewer, so the pixels are
  // picked first.
  const at::Tensor picked = x.slice(2, 0, c10::nullopt, stride_).slice(3, 0, c10::nullopt, stride_);
  return at::conv2d(picked.contiguous(at::MemoryFormat::ChannelsLast), weight_, bias_);
}

BatchNorm::BatchNorm(int channels, double momentum) : momentum_(momentum) {
  weight_ = register_parameter("weight", at::ones({channels}));
  bias_ = register_parameter("bias", at::zeros({channels}));
  runningMean_ = register_buffer("running_mean", at::zeros({channels}));
  runningVar_ = register_buffer("running_var", at::ones({channels}));
}

void BatchNorm::addSecond() {
  second_ =
      register_module("second", std::make_shared<BatchNorm>(static_cast<int>(weight_.numel()), momentum_));
}

at::Tensor BatchNorm::of(const at::Tensor& x, const at::Tensor& other, bool hasRelu) const {
  if (usesSecond_) return second_->of(x, other, hasRelu);
  if (canFuseNorm(x, other)) {
    const bool areOfInput = takesBatch();
    return fusedNorm(x, other, weight_, bias_, moments(x),
                     {kEpsilon, hasRelu, areOfInput, areOfInput ? together_ : nullptr});
  }
  at::Tensor y = plain(x);
  if (other.defined()) y = y.add_(other);
  return hasRelu ? y.relu_() : y;
}

at::Tensor BatchNorm::of(const Conv& conv, const at::Tensor& x, const at::Tensor& other, bool hasRelu) const {
  const bool isLower = at::autocast::is_autocast_enabled(at::kCPU);
  const at::ScalarType kind = isLower ? at::autocast::get_autocast_dtype(at::kCPU) : x.scalar_type();
  const bool canAdd = !other.defined() || (canFuseNorm(other) && other.scalar_type() == kind);
  if (usesSecond_ || mode != NormMode::base || conv.hasBias() || !canFoldNorm(x) || !canAdd)
    return of(conv.forward(x), other, hasRelu);
  if (!isFoldedOf(folded_, conv.weight(), weight_, bias_, kind))
    folded_ = foldedConv(conv.weight(), weight_, bias_, {baseMean_, baseVar_}, kEpsilon,
                         {kind, x.sizes(), conv.places()});
  return foldedForward(folded_, x.to(kind), other, hasRelu, conv.places());
}

/// What x is normalised with. Running statistics move as Algorithm 2 says: their variance is unbiased.
NormMoments BatchNorm::moments(const at::Tensor& x) const {
  if (mode == NormMode::base) return {baseMean_, baseVar_};
  if (mode == NormMode::eval || mode == NormMode::running) return {runningMean_, runningVar_};
  NormMoments found = momentsOf(x);
  if (together_) found = overRanks(found, runningMean_, *together_);
  keep(found);
  return found;
}

/// Of a batch.
void BatchNorm::keep(const NormMoments& found) const {
  if (mode == NormMode::record) keepBase(found);
  if (mode == NormMode::train) {
    const at::NoGradGuard noGrad;
    at::Tensor mean = runningMean_, variance = runningVar_;
    mean.mul_(1 - momentum_).add_(found.mean, momentum_);
    variance.mul_(1 - momentum_).add_(found.variance, momentum_ * found.count / (found.count - 1));
  }
}

namespace {

/// Sums over ranks that have a gradient: what a rank put in is in the sums, and so in the losses, of all.
class SummedOverRanks : public torch::autograd::Function<SummedOverRanks> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& values,
                            const SumOverRanks* sum) {
    context->saved_data["sum"] = reinterpret_cast<std::int64_t>(sum);
    return summed(values, *sum);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& outer) {
    const auto* sum = reinterpret_cast<const SumOverRanks*>(context->saved_data["sum"].toInt());
    return {summed(outer[0], *sum), at::Tensor()};
  }

 private:
  static at::Tensor summed(const at::Tensor& values, const SumOverRanks& sum) {
    at::Tensor all = values.detach().clone(at::MemoryFormat::Contiguous);
    sum(all);
    return all;
  }
};

}  // namespace

/// As plain(), with the statistics of all ranks: where the fused normalisation is not to be had.
at::Tensor BatchNorm::plainTogether(const at::Tensor& x) const {
  const std::int64_t channels = x.size(1);
  const auto ofChannels = [&](const at::Tensor& values) {
    return values.to(at::kFloat).view({1, channels, 1, 1});
  };
  const at::Tensor about = runningMean_.clone(), off = x.to(at::kFloat) - ofChannels(about);
  const at::Tensor own =
      at::cat({off.sum({0, 2, 3}, false, at::kDouble), off.square().sum({0, 2, 3}, false, at::kDouble),
               at::full({1}, static_cast<double>(x.numel() / channels), off.options().dtype(at::kDouble))});
  const at::Tensor all = SummedOverRanks::apply(own, together_);
  const double count = all[-1].item<double>();
  const at::Tensor mean = all.narrow(0, 0, channels) / count;
  const at::Tensor variance = (all.narrow(0, channels, channels) / count - mean.square()).clamp_min(0);
  keep({(mean.detach() + about).to(at::kFloat), variance.detach().to(at::kFloat), count});
  const at::Tensor scale = ofChannels((variance + kEpsilon).rsqrt()) * ofChannels(weight_);
  return ((off - ofChannels(mean)) * scale + ofChannels(bias_)).to(x.scalar_type());
}

void BatchNorm::keepBase(const NormMoments& moments) const {
  baseMean_ = moments.mean;
  baseVar_ = moments.variance;
  folded_ = {};
}

at::Tensor BatchNorm::plain(const at::Tensor& x) const {
  if (together_ && takesBatch()) return plainTogether(x);
  const bool cudnn = x.is_cuda();
  if (mode == NormMode::probe)
    return at::batch_norm(x, weight_, bias_, {}, {}, true, momentum_, kEpsilon, cudnn);
  if (mode == NormMode::record) {
    const auto [out, mean, inverse] =
        at::native_batch_norm(x, weight_, bias_, {}, {}, true, momentum_, kEpsilon);
    keepBase({mean, inverse.pow(-2) - kEpsilon});
    return out;
  }
  if (mode == NormMode::base)
    return at::batch_norm(x, weight_, bias_, baseMean_, baseVar_, false, momentum_, kEpsilon, cudnn);
  return at::batch_norm(x, weight_, bias_, runningMean_, runningVar_, mode == NormMode::train, momentum_,
                        kEpsilon, cudnn);
}

at::Tensor ChannelDropout::forward(const at::Tensor& x) const {
  if (rate_ == 0 || mode == NormMode::eval) return x;
  Random random(noise.seed, static_cast<std::uint32_t>(noise.step), stream(), Purpose::dropout);
  const at::Tensor mask = at::empty({placesFor(x.size(0)), x.size(1), 1, 1}, at::kFloat);
  auto* values = mask.mutable_data_ptr<float>();
  const auto kept = static_cast<float>(1 / (1 - rate_));
  for (std::int64_t i = 0; i < mask.numel(); ++i) values[i] = random.uniform() < rate_ ? 0 : kept;
  return x * sentTo(ofRows(mask), x.device());
}

Conv1x1::Conv1x1(int in, int out) {
  weight_ =
      register_parameter("weight", at::zeros({out, in, 1, 1}).contiguous(at::MemoryFormat::ChannelsLast));
  bias_ = register_parameter("bias", at::zeros({out}));
}

at::Tensor Conv1x1::forward(const at::Tensor& x) const { return at::conv2d(x, weight_, bias_); }

Linear::Linear(int in, int out) {
  weight_ = register_parameter("weight", at::zeros({out, in}));
  bias_ = register_parameter("bias", at::zeros({out}));
}

at::Tensor Linear::forward(const at::Tensor& x) const {
  seen_ = x.detach();
  return at::linear(x, weight_, bias_);
}

}  // namespace uada
