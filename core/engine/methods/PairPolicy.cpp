#include "core/engine/methods/PairPolicy.h"

#include <algorithm>

#include "core/engine/optimisers/Adam.h"

namespace uada {

PairPolicy::PairPolicy(int choices, double rate) : rate_(rate), theta_(at::zeros({choices}, at::kDouble)) {
  updater_ = makeUpdater({Adam::kName, Adam{.learningRate = rate, .beta1 = 0.5}}, {{"policy.theta", theta_}});
  refresh();
}

at::Tensor PairPolicy::probabilities() const { return theta_.softmax(0); }

void PairPolicy::refresh() {
  const at::Tensor sums = probabilities().cumsum(0);
  const auto* values = static_cast<const double*>(sums.const_data_ptr());
  sums_.assign(values, values + sums.numel());
}

int PairPolicy::draw(Random& random) const {
  const auto found = std::ranges::upper_bound(sums_, random.uniform() * sums_.back());
  return static_cast<int>(std::min(found - sums_.begin(), std::ssize(sums_) - 1));
}

/// The gradient of log p_a with respect to the numbers is e_a - p.
void PairPolicy::learn(const at::Tensor& counts, const at::Tensor& rewards) {
  const at::Tensor shown = counts.to(at::kDouble);
  const at::Tensor means = shown / shown.sum(1, true) - probabilities();  // [trajectories, choices]
  const at::Tensor advantages = rewards - rewards.mean();
  theta_.mutable_grad() = -(advantages.unsqueeze(1) * means).mean(0);
  updater_->step(rate_);
  refresh();
}

void PairPolicy::visit(StateVisitor& visitor) {
  visitor.tensor("policy.theta", theta_);
  updater_->visit(visitor);
}

}  // namespace uada
