#pragma once

#include <torch/torch.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/models/StateVisitor.h"
#include "core/settings/Choice.h"

namespace uada {

/// What an optimiser moves, with its names.
using Parameters = std::vector<std::pair<std::string, at::Tensor>>;

/// The torch-side half of an optimiser: moves parameters along their gradients. Lives on the thread of its
/// maker.
class Updater {
 public:
  explicit Updater(const Parameters& parameters);
  virtual ~Updater() = default;

  /// Moves every parameter along its gradient and drops the gradients.
  void step(double rate);
  void dropGradients();
  /// Whether every gradient is a finite number: a scalar, bool, on the device.
  at::Tensor gradientsAreFinite() const;
  /// What it remembers of its parameters, as "velocity.conv1.weight".
  virtual void visit(StateVisitor& visitor) = 0;

 protected:
  /// gradients  of `parameters`, in their order; they may be changed
  virtual void move(std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& gradients,
                    double rate) = 0;
  /// Visits what is remembered of the first parameters, in their order.
  /// name  stands before the parameter's: "velocity"
  void visitEach(StateVisitor& visitor, const std::string& name, const std::vector<at::Tensor>& values) const;
  std::vector<at::Tensor> zerosLikeParameters() const;

 private:
  std::vector<at::Tensor> gradients() const;
  std::vector<std::string> names_;
  std::vector<at::Tensor> parameters_;
};

/// The updater of a catalogue entry.
std::unique_ptr<Updater> makeUpdater(const Choice& optimiser, const Parameters& parameters);

}  // namespace uada
