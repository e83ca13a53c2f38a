#pragma once

#include <array>

#include "core/engine/models/FoldedConv.h"
#include "core/engine/models/FusedNorm.h"
#include "core/engine/models/Network.h"
#include "core/engine/models/Transfer.h"

namespace uada {

/// The layers draw no random numbers: drawWeights() fills them once the whole network stands.

/// He's rule by fan-out: the deviation of a convolution's initial weights.
/// weight  [out, in, kernel, kernel]
/// source  He et al. 2015, equation (14): sqrt(2 / (kernel * kernel * out))
double fanOutDeviation(const at::Tensor& weight);

/// What a convolution is made of. Of kernel and padding the first is of the height.
struct ConvShape {
  int in = 1, out = 1;
  std::array<int, 2> kernel{1, 1};
  int stride = 1, dilation = 1;
  std::array<int, 2> padding{0, 0};
  bool hasBias = false;
};
/// Whose map has the input's size, over its stride, rounded up: odd kernels.
ConvShape sameSize(int in, int out, std::array<int, 2> kernel, int stride = 1, int dilation = 1);
/// The bound of Glorot & Bengio 2010, equation (16): sqrt(6 / (inputs + outputs)), of a kernel's each pixel.
/// weight  [out, in, height, width]
double glorotBound(const at::Tensor& weight);

/// A convolution; the square one without bias has "same" padding.
class Conv : public torch::nn::Module {
 public:
  explicit Conv(const ConvShape& shape);
  Conv(int in, int out, int kernel, int stride, int dilation = 1);
  /// Before the first forward.
  void addBias();
  /// x [B, in, H, W] -> [B, out, ceil(H / stride), ceil(W / stride)] where the padding is "same"
  at::Tensor forward(const at::Tensor& x) const;
  const at::Tensor& weight() const { return weight_; }
  bool hasBias() const { return bias_.defined(); }
  ConvPlaces places() const { return {stride_, dilation_, padding_}; }

 private:
  at::Tensor weight_;  // [out, in, height, width]
  at::Tensor bias_;    // [out], or none
  std::int64_t stride_, dilation_;
  std::array<std::int64_t, 2> padding_;
};

/// Batch normalisation over N, H, W with epsilon 1e-5.
/// source  Ioffe & Szegedy 2015, Algorithms 1 and 2; defaults of PyTorch
class BatchNorm : public torch::nn::Module {
 public:
  /// momentum  the weight of a batch in the running statistics
  explicit BatchNorm(int channels, double momentum = 0.1);
  /// x [B, channels, H, W] -> a new tensor of the same shape
  at::Tensor forward(const at::Tensor& x) const { return of(x, {}, false); }
  /// The ReLU of forward(), to which `other` of the same shape is added before where there is one.
  at::Tensor activated(const at::Tensor& x, const at::Tensor& other = {}) const { return of(x, other, true); }
  /// Both behind a convolution: with the statistics `base` and without gradient it is one operation.
  /// other  its memory may be used for the result then
  at::Tensor forward(const Conv& conv, const at::Tensor& x) const { return of(conv, x, {}, false); }
  at::Tensor activated(const Conv& conv, const at::Tensor& x, const at::Tensor& other = {}) const {
    return of(conv, x, other, true);
  }
  NormMode mode = NormMode::train;
  /// Registers a second one, of its own weights and statistics.
  void addSecond();
  /// Takes statistics of batches over all ranks. sum: outlives it; null: over its own input alone
  void takeTogether(const SumOverRanks* sum) { together_ = sum; }
  /// Mean and variance of NormMode::base.
  std::array<at::Tensor, 2> base() const { return {baseMean_, baseVar_}; }
  void setBase(const std::array<at::Tensor, 2>& base) { keepBase({base[0], base[1]}); }
  /// Whether forward() is the second one's, where there is one.
  void useSecond(bool isUsed) { usesSecond_ = isUsed && second_; }

 private:
  at::Tensor of(const at::Tensor& x, const at::Tensor& other, bool hasRelu) const;
  at::Tensor of(const Conv& conv, const at::Tensor& x, const at::Tensor& other, bool hasRelu) const;
  at::Tensor plain(const at::Tensor& x) const;
  at::Tensor plainTogether(const at::Tensor& x) const;
  bool takesBatch() const {
    return mode == NormMode::train || mode == NormMode::probe || mode == NormMode::record;
  }
  NormMoments moments(const at::Tensor& x) const;
  void keep(const NormMoments& found) const;
  void keepBase(const NormMoments& moments) const;

  at::Tensor weight_, bias_, runningMean_, runningVar_;  // [channels]
  const double momentum_;
  std::shared_ptr<BatchNorm> second_;
  bool usesSecond_ = false;
  const SumOverRanks* together_ = nullptr;
  mutable at::Tensor baseMean_, baseVar_;  // [channels]: of the last forward with `record`
  mutable FoldedConv folded_;              // with them
};

/// What draws random numbers unless the network is tested. They depend on nothing but Network::setNoise(),
/// the layer's number in its network, and the row's place: the same rows give the same bits again.
class RandomLayer {
 public:
  virtual ~RandomLayer() = default;
  NormMode mode = NormMode::train;
  Noise noise;
  std::uint32_t number = 0;  ///< tells the network's random layers apart

 protected:
  /// The index of its random numbers among all that a step draws.
  std::uint32_t stream() const { return noise.pass * kMostRandomLayers + number; }
  /// For how many places numbers are drawn.
  std::int64_t placesFor(std::int64_t rows) const { return noise.places.defined() ? noise.samples : rows; }
  /// What was drawn for each place, brought to the rows. dimension: that of the places
  at::Tensor ofRows(const at::Tensor& drawn, std::int64_t dimension = 0) const {
    return noise.places.defined() ? drawn.index_select(dimension, sentTo(noise.places, drawn.device()))
                                  : drawn;
  }
};

/// Sets whole channels to zero while training, each by itself, and enlarges the others so that their mean
/// stays.
class ChannelDropout : public torch::nn::Module, public RandomLayer {
 public:
  explicit ChannelDropout(double rate) : rate_(rate) {}
  /// x [B, C, H, W] -> the same shape
  at::Tensor forward(const at::Tensor& x) const;

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
  /// The last x, without gradient.
  at::Tensor seen() const { return seen_; }
  std::int64_t inputs() const { return weight_.size(1); }

 private:
  at::Tensor weight_, bias_;  // [out, in], [out]
  mutable at::Tensor seen_;   // shares x's memory
};

}  // namespace uada
