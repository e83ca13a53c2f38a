#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/engine/models/StateVisitor.h"
#include "core/engine/models/Torch.h"
#include "core/engine/optimisers/Updater.h"

namespace uada {

/// The recurrent network of AutoAugment and Adversarial AutoAugment, which draws policies decision by
/// decision. A policy has kSubpolicies sub-policies of kSteps ops with a level each. A sub-policy begins with
/// a zero state and a zero input; the embedding of each decision is the next input.
class Controller {
 public:
  static constexpr int kSubpolicies = 5, kSteps = 2;
  struct Step {
    int op = 0, level = 0;
    friend bool operator==(const Step&, const Step&) = default;
  };
  struct Policy {
    std::array<Step, kSubpolicies * kSteps> all{};
    std::span<const Step> steps(int subpolicy) const {
      return std::span(all).subspan(static_cast<std::size_t>(subpolicy) * kSteps, kSteps);
    }
    friend bool operator==(const Policy&, const Policy&) = default;
  };
  struct Choices {
    int ops = 0, levels = 0;
  };

  /// choices  how many ops and levels there are to choose from
  /// rate     of Adam
  Controller(Choices choices, double rate, std::uint64_t seed);

  /// Follows from the weights, seed and epoch alone.
  std::vector<Policy> draw(int count, std::uint64_t seed, int epoch);
  /// Makes policies with a positive advantage more likely: one step along the gradient of
  /// mean(log p * advantage) + entropyWeight * mean(entropy), sums over a policy's decisions.
  /// policies    as drawn with the present weights
  /// advantages  [policies], float
  void learn(std::span<const Policy> policies, const at::Tensor& advantages, double entropyWeight);
  /// [policies], float: the sum over its decisions of the log of each one's probability.
  at::Tensor logProbabilities(std::span<const Policy> policies) const;
  void visit(StateVisitor& visitor);

 private:
  struct Likelihood {
    at::Tensor logProbability, entropy;  // [policies]
  };
  struct State {
    at::Tensor hidden, cell;  // [rows, kHidden]
  };
  Parameters parameters() const;
  Likelihood likelihood(std::span<const Policy> policies) const;
  at::Tensor decide(State& state, const at::Tensor& input, bool isLevel) const;

  const Choices choices_;
  const double rate_;
  at::Tensor embedding_, inputWeight_, hiddenWeight_, inputBias_, hiddenBias_;
  at::Tensor opWeight_, opBias_, levelWeight_, levelBias_;
  std::unique_ptr<Updater> updater_;
};

}  // namespace uada
