#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/engine/methods/Chooser.h"
#include "core/engine/methods/Method.h"
#include "core/engine/methods/Uada.h"

namespace uada::test {

inline std::unique_ptr<Space> uadaSpace() {
  return makeSpace(policyFromJson("uada-cifar", "test"), {squareInput(32)});
}

inline Choice uadaChoice(int epsilon, bool includeUnperturbed = true) {
  Choice method = methodFromJson("uada", "test");
  method.set("epsilon", epsilon);
  method.set("include_unperturbed", includeUnperturbed);
  return method;
}

inline Batch batchOf(std::uint32_t count) {
  Batch batch;
  batch.seed = 5;
  batch.step = 3;
  batch.epoch = 2;
  for (std::uint32_t i = 0; i < count; ++i) batch.indices.push_back(10 * i);
  return batch;
}

/// Losses that depend on the plan alone: what a network in a fixed state would give.
class PlanOracle : public Oracle {
 public:
  explicit PlanOracle(std::size_t count) : count_(count) {}
  int render(std::span<const Plan> plans) override {
    const auto first = static_cast<int>(shown.size());
    for (std::size_t at = 0; at < plans.size(); at += count_) {
      shown.emplace_back(plans.begin() + static_cast<std::ptrdiff_t>(at),
                         plans.begin() + static_cast<std::ptrdiff_t>(at + count_));
    }
    return first;
  }
  std::vector<float> losses(int variant, Phase phase) override {
    (phase == Phase::probe ? probes : candidates).push_back(variant);
    std::vector<float> losses;
    for (const Plan& plan : shown[static_cast<std::size_t>(variant)]) losses.push_back(loss(plan));
    return losses;
  }
  virtual float loss(const Plan& plan) const {
    std::size_t hash = std::hash<std::string>{}(toJson(plan).dump());
    return static_cast<float>(hash % 1000) / 100;
  }
  std::vector<std::vector<Plan>> shown;
  std::vector<int> probes, candidates;

 private:
  const std::size_t count_;
};

class FlatOracle : public PlanOracle {
 public:
  using PlanOracle::PlanOracle;
  float loss(const Plan&) const override { return 1; }
};

/// Gives the k-th asked variant the k-th list of losses.
class ScriptedOracle : public PlanOracle {
 public:
  ScriptedOracle(std::size_t count, std::vector<std::vector<float>> script)
      : PlanOracle(count), script_(std::move(script)) {}
  std::vector<float> losses(int, Phase) override { return script_.at(asked_++); }

 private:
  std::vector<std::vector<float>> script_;
  std::size_t asked_ = 0;
};

}  // namespace uada::test
