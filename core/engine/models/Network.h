#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/models/FusedNorm.h"
#include "core/engine/models/Model.h"
#include "core/engine/models/StateVisitor.h"
#include "core/engine/models/Torch.h"
#include "core/settings/Choice.h"

namespace uada {

/// Where batch normalisation takes its mean and variance from.
enum class NormMode {
  train,    ///< of the batch; running statistics are updated (the authors' mode for every forward)
  probe,    ///< of the batch; running statistics stay
  record,   ///< likewise; they are kept for `base`
  base,     ///< those of the last forward with `record`: losses do not depend on what else is in the batch
  running,  ///< running statistics; all else is as in training
  eval,     ///< likewise, and the network is tested: no dropout, no second classifier
};

class RandomLayer;
class Linear;

/// What a network says of B images: what a task makes its losses from.
struct Output {
  /// Logits: of classification [B, classes], of segmentation [B, classes, H, W], of detection
  /// [B, P, classes + 1], the first that of no object.
  at::Tensor main;
  at::Tensor aux = {};  ///< the same of a second classifier, where the network has one that trains it
  /// [B, n], without gradient: what the network's last linear layer saw; undefined: it has none. A method
  /// finds it here; forward() leaves it out.
  at::Tensor features = {};
  /// Of detection, [B, P, 4]: where an object lies from each of the P priors, as tasks/PriorBoxes.h encodes
  /// it.
  at::Tensor offsets = {};
};

/// What random layers draw from, beside their own number: a forward of a step.
struct Noise {
  std::uint64_t seed = 0;
  std::int64_t step = 0;
  std::uint32_t pass = 0;  ///< from 0 in each step
  /// Of each row its place in the batch, [rows], int64, on the CPU, so that a sample meets the same noise
  /// wherever its row stands; undefined: row r has place r.
  at::Tensor places = {};
  std::int64_t samples = 0;  ///< of the batch; read with places
};
constexpr std::uint32_t kMostRandomLayers = 64;  ///< of a network

/// A network as the trainer knows it. Owned by the training thread.
class Network : public torch::nn::Module {
 public:
  /// x        [B, 3, H, W], float, channels last in memory
  virtual Output forward(const at::Tensor& x) = 0;
  void setNormMode(NormMode mode);
  /// Of the next forward.
  void setNoise(const Noise& noise);
  /// Gives each batch normalisation a second set of weights and statistics, which begin like those of a new
  /// one. Before an optimiser is made for the parameters.
  void addNorms();
  /// Takes the statistics of batches over all ranks from here on.
  /// sum  outlives the network
  void takeNormsTogether(const SumOverRanks* sum);
  /// Which of the two sets the next forwards use: 0 or 1.
  void useNorms(int set);
  /// What NormMode::base normalises with: of each batch normalisation mean and variance, one after another.
  /// Undefined before a forward with `record`.
  std::vector<at::Tensor> baseStatistics() const;
  void setBaseStatistics(const std::vector<at::Tensor>& statistics);
  /// Whether it has layers that draw random numbers.
  bool drawsNumbers() const;
  /// Output::features of the last forward; and how many there are for an image, 0: none.
  at::Tensor features();
  std::int64_t featureCount();
  /// Of detection, [P, 4], float, on the CPU: the boxes that the network says how to move, as middle x and y,
  /// width and height in shares of the input; undefined: it has none.
  virtual at::Tensor priors() const { return {}; }
  /// Its parameters and buffers, as "model.conv1.weight".
  virtual void visit(StateVisitor& visitor) const;
  /// Whether it comes with its weights, which are then not drawn.
  virtual bool hasOwnWeights() const { return false; }
  std::int64_t parameterCount() const;
  /// Of the learning rate, for one of its parameters.
  virtual double rateFactorOf(const std::string& /*parameter*/) const { return 1; }
  /// Of a convolution's initial weights that are drawn from a normal distribution; none: as drawWeights()
  /// says.
  virtual std::optional<double> deviationOf(const std::string& /*parameter*/, const at::Tensor&) const {
    return std::nullopt;
  }
  /// The bound of a convolution's initial weights that are drawn from a uniform distribution; none: as
  /// drawWeights() says.
  virtual std::optional<double> boundOf(const std::string& /*parameter*/, const at::Tensor&) const {
    return std::nullopt;
  }
  /// What the scales of a normalisation's channels begin with.
  virtual double firstScaleOf(const std::string& /*parameter*/) const { return 1; }
  /// Whether a parameter's initial values are 0 where drawWeights() would draw them.
  virtual bool startsAtZero(const std::string& /*parameter*/) const { return false; }

 protected:
  /// For layers that are not ours. Throws Error if they cannot do it.
  virtual void normModeChanged(NormMode /*mode*/) {}
  virtual void noiseChanged(const Noise& /*noise*/) {}
  /// Whether the next forward is one that is learned from.
  bool wantsAux() const { return mode_ != NormMode::eval; }

 private:
  Linear* lastLinear();

  NormMode mode_ = NormMode::train;
  std::optional<std::vector<RandomLayer*>> randomLayers_;  ///< once they were looked for
  std::optional<Linear*> last_;  ///< its last linear layer, likewise; null: it has none
  int norms_ = 0;
};

/// Builds the network of a catalogue entry, with its initial weights.
/// seed  the run's: the weights depend on it and on each parameter's name, nothing else
std::shared_ptr<Network> makeNetwork(const Choice& model, const ModelContext& context, std::uint64_t seed);

/// U(-bound, bound) from Philox, keyed by seed and name: what else is drawn changes nothing.
void drawUniform(at::Tensor values, const std::string& name, double bound, std::uint64_t seed);

/// The same, normally distributed about 0 (Box and Muller 1958).
void drawNormal(at::Tensor values, const std::string& name, double deviation, std::uint64_t seed);

/// Draws every weight from Philox, keyed by parameter name and seed, from PyTorch's default distributions:
/// convolution and linear weights and linear biases U(-1/sqrt(fan in), 1/sqrt(fan in)), which is
/// kaiming_uniform with a = sqrt(5); batch normalisation 1 and 0.
void drawWeights(Network& network, std::uint64_t seed);

}  // namespace uada
