#include "core/engine/train/PassGraphs.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace uada {
namespace {

constexpr int kBefore = 3;  // as PyTorch's own examples of graphs

at::Tensor copyOf(const at::Tensor& values) { return values.defined() ? values.clone() : values; }

}  // namespace

PassGraphs::PassGraphs(Network& network, std::int64_t rows, MakeStepGraph make)
    : network_(network), rows_(rows), make_(std::move(make)), parameters_(network.parameters()) {}

PassResults PassGraphs::compute(const PassKind& kind, const at::Tensor& images, const Targets& targets,
                                const ComputePass& compute) {
  // Gradients that are there would be added to.
  if (!make_ || images.size(0) != rows_ || (kind.trains && hasGradients())) return compute(images, targets);
  Held& held = held_[kind];
  if (held.before < kBefore) {
    ++held.before;
    return compute(images, targets);
  }
  if (held.graph) {
    held.images.copy_(images);
    held.targets.put(0, targets);
  } else if (!make(held, kind, images, targets, compute)) {
    return compute(images, targets);
  }
  return replayed(held, kind);
}

/// returns  false: it could not be made, and none will be
bool PassGraphs::make(Held& held, const PassKind& kind, const at::Tensor& images, const Targets& targets,
                      const ComputePass& compute) {
  held.images = at::empty_like(images).copy_(images);
  held.targets = targets.room(rows_, images.device());
  held.targets.put(0, targets);
  if (kind.norm == NormMode::base)
    for (const at::Tensor& one : network_.baseStatistics()) held.base.push_back(one.clone());
  const std::vector<at::Tensor> given = network_.baseStatistics();
  try {
    if (kind.norm == NormMode::base) network_.setBaseStatistics(held.base);
    held.graph = make_();
    held.graph->capture([this, &held, kind, compute] {
      held.results = compute(held.images, held.targets);
      if (kind.norm == NormMode::record) held.base = network_.baseStatistics();
      held.gradients.clear();
      for (const at::Tensor& parameter : parameters_)
        if (kind.trains) held.gradients.push_back(parameter.grad());
    });
  } catch (const std::exception& problem) {
    problem_ = fmt::format("steps go on without graphs: one could not be made: {}", problem.what());
    make_ = nullptr;
    held_.clear();
    for (at::Tensor& parameter : parameters_) parameter.mutable_grad() = at::Tensor();
  }
  network_.setBaseStatistics(given);
  return make_ != nullptr;
}

PassResults PassGraphs::replayed(Held& held, const PassKind& kind) {
  const std::vector<at::Tensor> given = network_.baseStatistics();
  if (kind.norm == NormMode::base) {
    if (!given.empty()) at::_foreach_copy_(held.base, given);
    network_.setBaseStatistics(held.base);
  }
  held.graph->replay();
  ++replays_;
  if (kind.norm == NormMode::base) network_.setBaseStatistics(given);
  if (kind.norm == NormMode::record) network_.setBaseStatistics(held.base);
  for (std::size_t i = 0; i < held.gradients.size(); ++i) parameters_[i].mutable_grad() = held.gradients[i];
  return {copyOf(held.results.loss), copyOf(held.results.metrics), copyOf(held.results.losses)};
}

bool PassGraphs::hasGradients() const {
  return std::ranges::any_of(parameters_, [](const at::Tensor& one) { return one.grad().defined(); });
}

}  // namespace uada
