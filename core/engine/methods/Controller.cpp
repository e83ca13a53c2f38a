#include "core/engine/methods/Controller.h"

#include <tuple>

#include "core/base/Philox.h"
#include "core/engine/models/Network.h"
#include "core/engine/optimisers/Adam.h"

namespace uada {
namespace {

constexpr int kHidden = 100, kEmbedding = 32;
constexpr double kBound = 0.1;  // of the initial weights

/// The first place where the running sum of the probabilities passes a random number.
int drawnFrom(const at::Tensor& probabilities, Random& random) {
  const double at = random.uniform();
  double sum = 0;
  const std::int64_t count = probabilities.numel();
  for (std::int64_t i = 0; i + 1 < count; ++i)
    if (at < (sum += probabilities[i].item<double>())) return static_cast<int>(i);
  return static_cast<int>(count - 1);
}

}  // namespace

Controller::Controller(Choices choices, double rate, std::uint64_t seed) : choices_(choices), rate_(rate) {
  const auto drawn = [seed](const char* name, at::IntArrayRef shape) {
    const at::Tensor values = at::empty(shape, at::kFloat);
    drawUniform(values, std::string("controller.") + name, kBound, seed);
    return values.requires_grad_();
  };
  embedding_ = drawn("embedding", {choices.ops + choices.levels, kEmbedding});
  inputWeight_ = drawn("input_weight", {4 * kHidden, kEmbedding});
  hiddenWeight_ = drawn("hidden_weight", {4 * kHidden, kHidden});
  inputBias_ = drawn("input_bias", {4 * kHidden});
  hiddenBias_ = drawn("hidden_bias", {4 * kHidden});
  opWeight_ = drawn("op_weight", {choices.ops, kHidden});
  levelWeight_ = drawn("level_weight", {choices.levels, kHidden});
  opBias_ = at::zeros({choices.ops}).requires_grad_();
  levelBias_ = at::zeros({choices.levels}).requires_grad_();
  updater_ = makeUpdater({Adam::kName, Adam{}}, parameters());
}

Parameters Controller::parameters() const {
  return {{"controller.embedding", embedding_},
          {"controller.input_weight", inputWeight_},
          {"controller.hidden_weight", hiddenWeight_},
          {"controller.input_bias", inputBias_},
          {"controller.hidden_bias", hiddenBias_},
          {"controller.op_weight", opWeight_},
          {"controller.op_bias", opBias_},
          {"controller.level_weight", levelWeight_},
          {"controller.level_bias", levelBias_}};
}

/// One step of the recurrent network.
/// returns  [rows, ops or levels]: log-probabilities of the next decision
at::Tensor Controller::decide(State& state, const at::Tensor& input, bool isLevel) const {
  std::tie(state.hidden, state.cell) =
      at::lstm_cell(input, {state.hidden, state.cell}, inputWeight_, hiddenWeight_, inputBias_, hiddenBias_);
  const at::Tensor logits = isLevel ? at::linear(state.hidden, levelWeight_, levelBias_)
                                    : at::linear(state.hidden, opWeight_, opBias_);
  return logits.log_softmax(1);
}

std::vector<Controller::Policy> Controller::draw(int count, std::uint64_t seed, int epoch) {
  at::NoGradGuard noGrad;
  std::vector<Policy> policies(static_cast<std::size_t>(count));
  for (int row = 0; row < count * kSubpolicies; ++row) {
    Random random(seed, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(row), Purpose::policy);
    State state{at::zeros({1, kHidden}), at::zeros({1, kHidden})};
    at::Tensor input = at::zeros({1, kEmbedding});
    for (int k = 0; k < kSteps; ++k) {
      const auto place = static_cast<std::size_t>(row % kSubpolicies * kSteps + k);
      Step& step = policies[static_cast<std::size_t>(row / kSubpolicies)].all[place];
      step.op = drawnFrom(decide(state, input, false)[0].exp(), random);
      input = embedding_[step.op].unsqueeze(0);
      step.level = drawnFrom(decide(state, input, true)[0].exp(), random);
      input = embedding_[choices_.ops + step.level].unsqueeze(0);
    }
  }
  return policies;
}

/// All sub-policies side by side: rows policies * kSubpolicies.
Controller::Likelihood Controller::likelihood(std::span<const Policy> policies) const {
  const auto count = static_cast<std::int64_t>(policies.size()), rows = count * kSubpolicies;
  State state{at::zeros({rows, kHidden}), at::zeros({rows, kHidden})};
  at::Tensor input = at::zeros({rows, kEmbedding});
  at::Tensor sum = at::zeros({rows}), entropy = at::zeros({rows});
  for (int k = 0; k < kSteps; ++k) {
    for (const bool isLevel : {false, true}) {
      const at::Tensor chosen = at::empty({rows}, at::kLong);
      for (std::int64_t row = 0; row < rows; ++row) {
        const auto place = static_cast<std::size_t>(row % kSubpolicies * kSteps + k);
        const Step& step = policies[static_cast<std::size_t>(row / kSubpolicies)].all[place];
        chosen[row] = isLevel ? step.level : step.op;
      }
      const at::Tensor logs = decide(state, input, isLevel);
      sum = sum + logs.gather(1, chosen.unsqueeze(1)).squeeze(1);
      entropy = entropy - (logs * logs.exp()).sum(1);
      input = embedding_.index_select(0, isLevel ? chosen + choices_.ops : chosen);
    }
  }
  return {sum.view({count, kSubpolicies}).sum(1), entropy.view({count, kSubpolicies}).sum(1)};
}

at::Tensor Controller::logProbabilities(std::span<const Policy> policies) const {
  at::NoGradGuard noGrad;
  return likelihood(policies).logProbability;
}

void Controller::learn(std::span<const Policy> policies, const at::Tensor& advantages, double entropyWeight) {
  const Likelihood found = likelihood(policies);
  const at::Tensor loss = -(found.logProbability * advantages).mean() - entropyWeight * found.entropy.mean();
  loss.backward();
  updater_->step(rate_);
}

void Controller::visit(StateVisitor& visitor) {
  for (const Parameter& one : parameters()) visitor.tensor(one.name, one.tensor);
  updater_->visit(visitor);
}

}  // namespace uada
