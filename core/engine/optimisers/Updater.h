#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/engine/models/StateVisitor.h"
#include "core/engine/models/Torch.h"
#include "core/settings/Choice.h"

namespace uada {

/// What an optimiser moves.
struct Parameter {
  std::string name;
  at::Tensor tensor;
  double rateFactor = 1;  ///< of the learning rate
  bool isDecayed = true;  ///< whether weight decay holds for it
};
using Parameters = std::vector<Parameter>;

/// The torch-side half of an optimiser: moves parameters along their gradients. Lives on the thread of its
/// maker.
class Updater {
 public:
  explicit Updater(const Parameters& parameters);
  virtual ~Updater() = default;

  /// Moves every parameter along its gradient and drops the gradients.
  void step(double rate);
  void dropGradients();
  /// Scales all gradients so that their norm, taken over all of them, is at most this one.
  void clip(double most);
  /// L2 norm of all gradients together: a scalar, double, on the device. It is a finite number exactly where
  /// the norm of each parameter's gradient is one.
  at::Tensor gradientNorm() const;
  /// The parameters whose gradient has a number that is not finite.
  std::vector<std::string> unsoundGradients() const;
  /// Goes on with other values of those settings that are live (Field::live).
  /// optimiser  the run's, otherwise as it was made for
  virtual void adopt(const Choice& optimiser) = 0;
  /// What it remembers of its parameters, as "velocity.conv1.weight".
  virtual void visit(StateVisitor& visitor) = 0;

 protected:
  using Tensors = std::vector<at::Tensor>;
  /// gradients  of `parameters`, in their order; they may be changed
  virtual void move(Tensors& parameters, const Tensors& gradients, double rate) = 0;
  /// Adds the gradient of half the decay times the squared norm, where it holds.
  void addDecay(const Tensors& parameters, const Tensors& gradients, double decay) const;
  /// parameters += scale * factor * moves, with each parameter's factor of the learning rate.
  void addScaled(Tensors& parameters, const Tensors& moves, double scale) const;
  /// The parameters' factors of the learning rate; empty: all are 1.
  std::span<const double> rateFactors() const { return rateFactors_; }
  /// Visits what is remembered of the first parameters, in their order.
  /// name  stands before the parameter's: "velocity"
  void visitEach(StateVisitor& visitor, const std::string& name, const Tensors& values) const;
  Tensors zerosLikeParameters() const;

 private:
  Tensors gradients() const;
  std::vector<std::string> names_;
  Tensors parameters_;
  std::vector<double> rateFactors_;     // empty: all are 1
  std::vector<std::size_t> undecayed_;  // places of those without weight decay
};

/// The updater of a catalogue entry.
std::unique_ptr<Updater> makeUpdater(const Choice& optimiser, const Parameters& parameters);

}  // namespace uada
