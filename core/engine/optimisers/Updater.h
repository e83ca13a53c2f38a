#pragma once

#include <torch/torch.h>

#include <memory>
#include <string>
#include <vector>

#include "core/settings/Choice.h"

namespace uada {

/// The torch-side half of an optimiser: moves the parameters of a network along their gradients. Lives on the
/// training thread.
class Updater {
 public:
  /// What an optimiser remembers, one tensor for each parameter, in their order. The tensors are its own: who
  /// copies values into them sets its state.
  struct State {
    std::string name;  ///< "velocity": stands before the parameter's name in checkpoints
    std::vector<at::Tensor> tensors;
  };

  explicit Updater(std::vector<at::Tensor> parameters) : parameters_(std::move(parameters)) {}
  virtual ~Updater() = default;

  /// Moves every parameter along its gradient and drops the gradients.
  void step(double rate);
  void dropGradients();
  /// Whether every gradient is a finite number.
  bool gradientsAreFinite() const;
  virtual std::vector<State> state() const = 0;

 protected:
  /// gradients  of `parameters`, in their order; they may be changed
  virtual void move(std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& gradients,
                    double rate) = 0;

 private:
  std::vector<at::Tensor> gradients() const;
  std::vector<at::Tensor> parameters_;
};

/// The updater of a catalogue entry.
std::unique_ptr<Updater> makeUpdater(const Choice& optimiser, std::vector<at::Tensor> parameters);

}  // namespace uada
