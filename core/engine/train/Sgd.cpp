#include "core/engine/train/Sgd.h"

namespace uada {

Sgd::Sgd(std::vector<at::Tensor> parameters, const Training& training)
    : parameters_(std::move(parameters)),
      momentum_(training.momentum),
      weightDecay_(training.weightDecay),
      nesterov_(training.nesterov) {
  for (const at::Tensor& parameter : parameters_) velocities.push_back(at::zeros_like(parameter));
}

void Sgd::step(double rate) {
  at::NoGradGuard noGrad;
  const std::vector<at::Tensor> moves = gradients();
  if (weightDecay_ != 0) at::_foreach_add_(moves, parameters_, weightDecay_);
  if (momentum_ == 0) {
    at::_foreach_add_(parameters_, moves, -rate);
  } else {
    at::_foreach_mul_(velocities, momentum_);
    at::_foreach_add_(velocities, moves, 1);
    if (nesterov_) at::_foreach_add_(moves, velocities, momentum_);
    at::_foreach_add_(parameters_, nesterov_ ? moves : velocities, -rate);
  }
  dropGradients();
}

void Sgd::dropGradients() {
  for (at::Tensor& parameter : parameters_) parameter.mutable_grad() = at::Tensor();
}

bool Sgd::gradientsAreFinite() const {
  at::NoGradGuard noGrad;
  return at::stack(at::_foreach_norm(gradients(), 2)).sum().isfinite().item<bool>();
}

std::vector<at::Tensor> Sgd::gradients() const {
  std::vector<at::Tensor> all;
  for (const at::Tensor& parameter : parameters_) {
    TORCH_CHECK(parameter.grad().defined(), "a parameter has no gradient: backward() comes first");
    all.push_back(parameter.grad());
  }
  return all;
}

}  // namespace uada
