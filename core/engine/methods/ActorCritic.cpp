#include "core/engine/methods/ActorCritic.h"

#include <cmath>
#include <numbers>

#include "core/engine/models/Network.h"
#include "core/engine/optimisers/Adam.h"

namespace uada {
namespace {

constexpr double kDiscount = 0.99;

double drawnNormal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(2 * std::numbers::pi * random.uniform());
}

/// shape  at least 1
double drawnGamma(Random& random, double shape) {
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = drawnNormal(random), root = 1 + c * x, v = root * root * root;
    const double u = 1 - random.uniform();  // above 0
    if (v > 0 && std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

}  // namespace

double drawnBeta(Random& random, double alpha, double beta) {
  const double a = drawnGamma(random, alpha);
  const double b = drawnGamma(random, beta);
  return a / (a + b);
}

at::Tensor betaLogDensity(const at::Tensor& x, const at::Tensor& alpha, const at::Tensor& beta) {
  return (alpha - 1) * x.log() + (beta - 1) * (1 - x).log() - alpha.lgamma() - beta.lgamma() +
         (alpha + beta).lgamma();
}

ActorCritic::ActorCritic(std::int64_t features, double rate, std::uint64_t seed) : rate_(rate) {
  actor1_ = layer("actor.fc1", features, 128, seed);
  actor2_ = layer("actor.fc2", 128, 64, seed);
  alpha_ = layer("actor.alpha", 64, 1, seed);
  beta_ = layer("actor.beta", 64, 1, seed);
  critic1_ = layer("critic.fc1", features, 128, seed);
  critic2_ = layer("critic.fc2", 128, 128, seed);
  critic3_ = layer("critic.fc3", 128, 1, seed);
  const Adam adam{.learningRate = rate, .epsilon = 1e-5, .weightDecay = 5e-4};
  actor_ = makeUpdater({Adam::kName, adam}, actorParameters_);
  critic_ = makeUpdater({Adam::kName, adam}, criticParameters_);
}

ActorCritic::Layer ActorCritic::layer(const std::string& name, std::int64_t in, std::int64_t out,
                                      std::uint64_t seed) {
  const double bound = 1 / std::sqrt(static_cast<double>(in));
  Layer layer{at::empty({out, in}), at::empty({out})};
  drawUniform(layer.weight, name + ".weight", bound, seed);
  drawUniform(layer.bias, name + ".bias", bound, seed);
  layer.weight.requires_grad_();
  layer.bias.requires_grad_();
  Parameters& all = name.starts_with("actor") ? actorParameters_ : criticParameters_;
  all.emplace_back(name + ".weight", layer.weight);
  all.emplace_back(name + ".bias", layer.bias);
  return layer;
}

ActorCritic::Policy ActorCritic::policy(const at::Tensor& states) const {
  const at::Tensor hidden = actor2_(actor1_(states).relu()).relu();
  const at::Tensor alpha = at::softplus(alpha_(hidden)).squeeze(1) + 1;
  const at::Tensor beta = at::softplus(beta_(hidden)).squeeze(1) + 1;
  return {alpha, beta};
}

at::Tensor ActorCritic::value(const at::Tensor& states) const {
  return critic3_(critic2_(critic1_(states).relu()).relu()).squeeze(1);
}

void ActorCritic::learn(const Moves& moves, double share) {
  const at::Tensor value = this->value(moves.states);
  const at::Tensor target = (moves.rewards + kDiscount * this->value(moves.nextStates)).detach();
  const Policy found = policy(moves.states);
  const at::Tensor advantage = target - value.detach();
  const at::Tensor density = betaLogDensity(moves.actions, found.alpha, found.beta);
  (-(density * advantage).sum()).backward();
  (target - value).square().mean().backward();
  actor_->step(rate_ * share);
  critic_->step(rate_ * share);
}

void ActorCritic::visit(StateVisitor& visitor) {
  for (const Parameters* parameters : {&actorParameters_, &criticParameters_})
    for (const Parameter& one : *parameters) visitor.tensor(one.name, one.tensor);
  actor_->visit(visitor);
  critic_->visit(visitor);
}

}  // namespace uada
