#include "core/engine/train/Average.h"

namespace uada {

Average::Average(const Network& network, double kept) : kept_(kept) {
  const auto keep = [this](const auto& entries) {
    for (const auto& entry : entries) {
      names_.push_back(entry.key());
      weights_.push_back(entry.value().detach());
      averages_.push_back(weights_.back().clone());
    }
  };
  keep(network.named_parameters());
  keep(network.named_buffers());
}

void Average::add() {
  const at::NoGradGuard noGrad;
  at::_foreach_lerp_(averages_, weights_, 1 - kept_);
}

void Average::visit(StateVisitor& visitor) {
  for (std::size_t i = 0; i < names_.size(); ++i) visitor.tensor("average." + names_[i], averages_[i]);
}

/// By value: the optimiser and views of the weights stay what they are.
void Average::exchange() {
  const at::NoGradGuard noGrad;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const at::Tensor own = weights_[i].clone();
    weights_[i].copy_(averages_[i]);
    averages_[i].copy_(own);
  }
  isShown_ = !isShown_;
}

}  // namespace uada
