#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/augment/Space.h"
#include "core/engine/Reports.h"
#include "core/settings/Choice.h"

namespace uada {

/// The samples of one step.
struct Batch {
  std::uint64_t seed = 1;
  std::int64_t step = 1;               ///< from 1, over the run
  int epoch = 1;                       ///< from 1
  std::vector<std::uint32_t> indices;  ///< [B] into the training set
  std::vector<ImageSize> sizes = {};   ///< [B] of their images; empty: as the space was made for
};

/// Which part of a step a forward belongs to, for the timings.
enum class Phase { probe, candidate };

/// Shows plans to the network in its present state. A variant is one plan for each sample of the batch; its
/// pixels are kept until the step ends, so that the winners need not be rendered again.
class Oracle {
 public:
  virtual ~Oracle() = default;
  /// plans    [V * B], variant-major, every coordinate in its range
  /// returns  the number of the first of the V variants; they count from 0 in each step
  virtual int render(std::span<const Plan> plans) = 0;
  /// One forward of the whole variant without gradient, batch normalisation in training mode.
  /// returns  [B], cross-entropy of each sample
  virtual std::vector<float> losses(int variant, Phase phase) = 0;
};

/// What one batch is trained on.
struct Chosen {
  std::vector<int> variants;       ///< [B]: the rendered variant that holds the sample's pixels
  std::vector<float> unperturbed;  ///< [B]; empty: the method has none
  std::vector<float> best;         ///< [B]: loss of the chosen candidate; empty likewise
  PolicyReport policy;
  std::vector<Decision> decisions;  ///< of the first samples of the batch, without pictures and hashes
  std::vector<Plan> decided;        ///< for each decision: the plan that is trained on, raw
};

/// The torch-side half of a method: decides, from a batch and a loss oracle, which plans are trained on
/// (docs/methods.md, "Methods").
class Chooser {
 public:
  virtual ~Chooser() = default;
  /// pictured  samples whose decisions are recorded: the first of the batch
  virtual Chosen choose(const Batch& batch, Oracle& oracle, int pictured) const = 0;
  /// Variants that one step renders: 1, or 2N + 1.
  virtual int variants() const = 0;
};

/// The chooser of a catalogue entry. The space outlives it.
std::unique_ptr<Chooser> makeChooser(const Choice& method, const Space& space);

/// Plans drawn once for each sample from its own stream (seed, epoch, index): [B], raw.
std::vector<Plan> samplePlans(const Batch& batch, const Space& space);

/// Trains on the plans as they are drawn: baseline, ra-uc and UADA with epsilon 0.
std::unique_ptr<Chooser> makePlainChooser(const Space& space);

}  // namespace uada
