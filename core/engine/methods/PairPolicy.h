#pragma once

#include <memory>
#include <vector>

#include "core/base/Philox.h"
#include "core/engine/models/StateVisitor.h"
#include "core/engine/models/Torch.h"
#include "core/engine/optimisers/Updater.h"

namespace uada {

/// OHL's distribution over `choices` things: softmax of as many numbers, which begin at 0.
class PairPolicy {
 public:
  PairPolicy(int choices, double rate);
  /// Of the present numbers: to be drawn from by any thread, until the next call of refresh().
  void refresh();
  int draw(Random& random) const;
  at::Tensor probabilities() const;  ///< [choices], float64
  /// One step of Adam (betas 0.5 and 0.999) along the gradient of mean_n((reward_n - mean reward) * mean log
  /// p), the inner mean over what trajectory n was shown (Williams 1992, REINFORCE).
  /// counts   [trajectories, choices], int64: how often each was shown, at least one in all
  /// rewards  [trajectories], float64
  void learn(const at::Tensor& counts, const at::Tensor& rewards);
  void visit(StateVisitor& visitor);

 private:
  const double rate_;
  at::Tensor theta_;          // [choices], float64
  std::vector<double> sums_;  // of the probabilities up to each
  std::unique_ptr<Updater> updater_;
};

}  // namespace uada
