#pragma once

#include <torch/torch.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/augment/Space.h"
#include "core/config/RunConfig.h"
#include "core/data/Prefetch.h"
#include "core/engine/methods/Chooser.h"
#include "core/engine/models/Network.h"
#include "core/engine/optimisers/Updater.h"
#include "core/engine/train/Progress.h"

namespace uada {

/// What one step leaves behind.
struct StepOutcome {
  StepReport report;
  std::vector<MetricSum> metrics;  ///< those of the report, in parts
  PolicyReport policy;
  std::vector<Decision> decisions;
};

/// Network, optimiser, space, method and renderer of one run: all that one training step needs.
/// Lives on the training thread.
class Stepper {
 public:
  /// data  the training set; outlives the stepper, as does the pool
  Stepper(const RunConfig& config, const Dataset& data, at::Device device, ThreadPool& pool);

  /// Chooses plans, trains on them once. Throws Error, before the weights are touched, if a loss or gradient
  /// is not a finite number.
  /// record  whether the decisions of the first samples are recorded, with pictures
  StepOutcome step(const Batch& batch, double learningRate, bool record);

  /// Scores the whole set with the running statistics of batch normalisation. None: `interrupted` said so.
  std::optional<Metrics> test(const Dataset& data, const std::function<bool()>& interrupted);

  /// Which part of each image the plans of an epoch show: what is worth decoding ahead.
  Prefetch::PartOf shownParts(std::uint64_t seed, int epoch) const;

  Network& network() { return *network_; }
  Updater& optimiser() { return *updater_; }

 private:
  class BatchOracle;
  struct Trained {
    float loss = 0;
    std::vector<MetricSum> metrics;
    double seconds = 0;
  };
  Trained train(const BatchOracle& oracle, std::span<const int> variants, const Batch& batch,
                double learningRate);
  void illustrate(Chosen& chosen) const;

  const Dataset& data_;
  ThreadPool& pool_;
  const at::Device device_;
  const int pictured_;
  std::unique_ptr<Space> space_;
  std::unique_ptr<Chooser> chooser_;
  Renderer renderer_;
  std::shared_ptr<Network> network_;
  std::unique_ptr<Updater> updater_;
  std::vector<float> pixels_;  ///< of a step's variants: [V, B, height, width, 3], kept to avoid allocation
};

}  // namespace uada
