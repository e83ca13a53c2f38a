#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/Error.h"
#include "core/engine/methods/Method.h"
#include "core/engine/methods/MethodEntry.h"
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

/// Losses that depend on the plan alone: what a network in a fixed state would give. Nothing is trained.
class PlanContext : public StepContext {
 public:
  /// count     samples of the batch
  /// pictured  those whose decisions are recorded
  explicit PlanContext(std::size_t count, int pictured = 0) : count_(count), pictured_(pictured) {}

  Rows render(std::span<const Shown> rows) override {
    const auto first = static_cast<int>(all.size());
    for (const Shown& row : rows) {
      if (all.size() % count_ == 0) shown.emplace_back();
      shown.back().push_back(row.plan);
      all.push_back(row);
    }
    return {first, static_cast<int>(rows.size())};
  }
  at::Tensor losses(Rows rows, Mode mode) override {
    const int variant = variantOf(rows.first);
    (mode.phase == Phase::probe ? probes : candidates).push_back(variant);
    modes.push_back(mode);
    if (rows.first % static_cast<int>(count_) == 0 && rows.count == static_cast<int>(count_))
      return at::tensor(lossesOf(variant));
    std::vector<float> own;
    for (int row = rows.first; row < rows.first + rows.count; ++row) own.push_back(loss(planOf(row)));
    return at::tensor(own);
  }
  at::Tensor lossesOfBatch(const at::Tensor& rows, Mode mode) override {
    modes.push_back(mode);
    std::vector<float> own;
    for (std::int64_t at = 0; at < rows.numel(); ++at) own.push_back(loss(planOf(rows[at].item<int>())));
    return at::tensor(own);
  }
  Output outputs(Rows rows, Mode mode) override {
    (mode.phase == Phase::probe ? probes : candidates).push_back(variantOf(rows.first));
    return saidOf(numbersOf(rows));
  }
  at::Tensor images(Rows rows) const override { return at::zeros({rows.count, 3, 8, 8}); }
  Snapshot save() const override { return {}; }
  void load(const Snapshot&) override {}
  void take(const Batch&) override { shown.clear(); }
  double score(std::span<const std::uint32_t>) override { return 0; }
  Trained train(const TrainedOn& on) override {
    Trained trained;
    std::vector<float> own;
    for (std::int64_t at = 0; at < on.rows.numel(); ++at) {
      const int row = on.rows[at].item<int>();
      variants.push_back(variantOf(row));
      own.push_back(loss(planOf(row)));
    }
    if (on.wantsLosses) trained.losses = at::tensor(own);
    if (on.numbers.defined()) trained.numbers = on.numbers.to(at::kDouble).flatten().contiguous();
    // As a network would: the gradient goes on to what the images were made from.
    at::Tensor objective = on.images.defined() ? on.images.square().mean() : at::zeros({});
    if (on.term) objective = objective + on.term(saidOf(on.rows));
    if (objective.requires_grad()) objective.backward();
    if (on.seen) trained.seen = on.seen(saidOf(on.rows)).to(at::kDouble).flatten().contiguous();
    return trained;
  }
  /// What a network says of one row: two logits, [1, 2], and three features.
  virtual Output said(const Plan& plan) const {
    const float value = loss(plan);
    return {.main = at::tensor({value, 1.0F}).unsqueeze(0),
            .features = at::tensor({value, 1.0F, -value}).unsqueeze(0)};
  }
  [[noreturn]] void refuse(std::string_view what) const override { throw Error(std::string(what)); }
  int pictured() const override { return pictured_; }

  virtual std::vector<float> lossesOf(int variant) {
    std::vector<float> losses;
    for (const Plan& plan : shown[static_cast<std::size_t>(variant)]) losses.push_back(loss(plan));
    return losses;
  }
  virtual float loss(const Plan& plan) const {
    std::size_t hash = std::hash<std::string>{}(toJson(plan).dump());
    return static_cast<float>(hash % 1000) / 100;
  }
  Output saidOf(const at::Tensor& rows) const {
    std::vector<at::Tensor> main, features;
    for (std::int64_t at = 0; at < rows.numel(); ++at) {
      Output one = said(planOf(rows[at].item<int>()));
      main.push_back(one.main);
      features.push_back(one.features);
    }
    return {.main = at::cat(main), .features = at::cat(features)};
  }
  int variantOf(int row) const { return row / static_cast<int>(count_); }
  const Plan& planOf(int row) const { return all[static_cast<std::size_t>(row)].plan; }

  std::vector<Shown> all;                ///< rows, in the order of rendering
  std::vector<std::vector<Plan>> shown;  ///< by variant, where whole ones are asked for
  std::vector<Mode> modes;               ///< in the order of asking
  std::vector<int> probes, candidates;   ///< variants, in the order of asking
  std::vector<int> variants;             ///< [B]: trained on

 private:
  const std::size_t count_;
  const int pictured_;
};

class FlatContext : public PlanContext {
 public:
  using PlanContext::PlanContext;
  float loss(const Plan&) const override { return 1; }
};

/// Gives the k-th asked variant the k-th list of losses.
class ScriptedContext : public PlanContext {
 public:
  ScriptedContext(std::size_t count, std::vector<std::vector<float>> script)
      : PlanContext(count, static_cast<int>(count)), script_(std::move(script)) {}
  std::vector<float> lossesOf(int) override { return script_.at(asked_++); }

 private:
  std::vector<std::vector<float>> script_;
  std::size_t asked_ = 0;
};

}  // namespace uada::test
