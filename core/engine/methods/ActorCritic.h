#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/Philox.h"
#include "core/engine/models/StateVisitor.h"
#include "core/engine/models/Torch.h"
#include "core/engine/optimisers/Updater.h"

namespace uada {

/// A number of the Beta distribution, both parameters at least 1, from two gamma numbers.
/// source  Marsaglia & Tsang 2000, "A simple method for generating gamma variables"
double drawnBeta(Random& random, double alpha, double beta);

/// log of the density of Beta(alpha, beta) at x in (0, 1), element by element, with its gradient.
at::Tensor betaLogDensity(const at::Tensor& x, const at::Tensor& alpha, const at::Tensor& beta);

/// The agent of AdaAugment, on the CPU. State: n numbers; action: one number in (0, 1).
class ActorCritic {
 public:
  ActorCritic(std::int64_t features, double rate, std::uint64_t seed);

  struct Policy {
    at::Tensor alpha, beta;  // [B], at least 1: of the Beta distribution that actions are drawn from
  };
  /// states  [B, n]
  Policy policy(const at::Tensor& states) const;
  at::Tensor value(const at::Tensor& states) const;  ///< [B]

  struct Moves {
    at::Tensor states, actions, nextStates, rewards;  // [B, n], [B], [B, n], [B]
  };
  /// One step of each: with target = reward + 0.99 V(next state) and V = V(state), the actor along the
  /// gradient of sum(log density of the action * (target - V)), the critic against that of
  /// mean((target - V)^2).
  /// share  of the learning rates
  void learn(const Moves& moves, double share);
  void visit(StateVisitor& visitor);

 private:
  /// weight [out, in], bias [out]
  struct Layer {
    at::Tensor weight, bias;
    at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
  };
  Layer layer(const std::string& name, std::int64_t in, std::int64_t out, std::uint64_t seed);

  const double rate_;
  Parameters actorParameters_, criticParameters_;
  Layer actor1_, actor2_, alpha_, beta_, critic1_, critic2_, critic3_;
  std::unique_ptr<Updater> actor_, critic_;
};

}  // namespace uada
