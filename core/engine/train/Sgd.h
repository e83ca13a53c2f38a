#pragma once

#include <torch/torch.h>

#include <vector>

#include "core/config/RunConfig.h"

namespace uada {

/// Stochastic gradient descent with momentum, as torch.optim.SGD without dampening:
/// g += weightDecay * p;  v = momentum * v + g;  p -= rate * (nesterov ? g + momentum * v : v).
/// Its whole state is `velocities`, in the order of the parameters.
class Sgd {
 public:
  Sgd(std::vector<at::Tensor> parameters, const Training& training);
  /// Moves every parameter along its gradient and drops the gradients.
  void step(double rate);
  void dropGradients();
  /// Whether every gradient is a finite number.
  bool gradientsAreFinite() const;

  std::vector<at::Tensor> velocities;  ///< like the parameters; zero at the start

 private:
  std::vector<at::Tensor> gradients() const;
  std::vector<at::Tensor> parameters_;
  double momentum_, weightDecay_;
  bool nesterov_;
};

}  // namespace uada
