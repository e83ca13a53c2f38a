#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>

#include "core/settings/Choice.h"
#include "core/engine/models/Model.h"

namespace uada {

/// Where batch normalisation takes its mean and variance from.
enum class NormMode {
  train,  ///< of the batch; running statistics are updated (the authors' mode for every forward)
  probe,  ///< of the batch; running statistics stay
  eval,   ///< running statistics
};

/// A network as the trainer knows it. Owned by the training thread.
class Network : public torch::nn::Module {
 public:
  /// x        [B, 3, H, W], float, channels last in memory
  /// returns  [B, classes], logits
  virtual at::Tensor forward(const at::Tensor& x) = 0;
  void setNormMode(NormMode mode);
  std::int64_t parameterCount() const;
};

/// Builds the network of a catalogue entry, with its initial weights.
/// seed  the run's: the weights depend on it and on each parameter's name, nothing else
std::shared_ptr<Network> makeNetwork(const Choice& model, const ModelContext& context, std::uint64_t seed);

/// Draws every weight from Philox, keyed by parameter name and seed, from PyTorch's default distributions:
/// convolution and linear weights and linear biases U(-1/sqrt(fan in), 1/sqrt(fan in)), which is
/// kaiming_uniform with a = sqrt(5); batch normalisation 1 and 0.
void drawWeights(Network& network, std::uint64_t seed);

}  // namespace uada
