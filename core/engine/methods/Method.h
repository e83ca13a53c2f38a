#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/augment/Shown.h"
#include "core/augment/Space.h"
#include "core/data/Dataset.h"
#include "core/engine/Reports.h"
#include "core/engine/models/Network.h"
#include "core/engine/models/StateVisitor.h"
#include "core/engine/models/Torch.h"
#include "core/engine/tasks/MetricSum.h"
#include "core/settings/Choice.h"

namespace uada {

/// The samples of one step.
struct Batch {
  std::uint64_t seed = 1;
  std::int64_t step = 1;               ///< from 1, over the run
  int epoch = 1;                       ///< from 1
  std::vector<std::uint32_t> indices;  ///< [B] into the training set
  std::vector<ImageSize> sizes = {};   ///< [B] of their images; empty: as the space was made for
  std::vector<BoxesView> boxes = {};   ///< [B] of their objects; empty: the set has none
  /// Where several ranks train together: the place of these samples' first in the whole batch, and how many
  /// that has; 0: these are all.
  std::int64_t first = 0, whole = 0;
};

/// Rendered images, each with its target: rows `first` to `first + count - 1` of the step, which count from
/// 0.
struct Rows {
  int first = 0, count = 0;
  /// The v-th of variants of `size` rows.
  Rows variant(int v, int size) const { return {first + v * size, size}; }
};

/// Which part of a step a forward belongs to, for the timings.
enum class Phase { probe, candidate };

/// Of convolutions and products: as the training has it, or one of these.
enum class Precision { training, float32, bf16 };

/// How the network looks at rows that it is not trained on.
struct Mode {
  Phase phase = Phase::probe;
  NormMode norm = NormMode::train;
  Precision precision = Precision::training;
  bool commonNoise =
      false;  ///< dropout and shake draw for a sample what they draw in its other such forwards
};

/// What a method makes of what the network says of the rows that it trains on.
using FromOutput = std::function<at::Tensor(const Output&)>;

/// What a method trains on.
struct TrainedOn {
  at::Tensor rows;           ///< [K], int64: row numbers of the step, on the CPU or on the device
  bool wantsLosses = false;  ///< whether Trained::losses are wanted
  at::Tensor numbers = {};   ///< any of the method's that it wants to read: they come with those of the step
  /// [K, 3, height, width], on the device: shown in place of the rows' own, whose targets they have. The
  /// gradient goes on to what they were made from.
  at::Tensor images = {};
  FromOutput term = {};  ///< a scalar, added to the task's objective; null: none
  FromOutput seen = {};  ///< more numbers to read, taken without gradient; null: none
  int norms = 0;         ///< which of its own batch normalisations the network uses: below MethodEntry::norms
};

/// What one training pass left behind.
struct Trained {
  double loss = 0;                 ///< the task's objective
  double gradientNorm = 0;         ///< StepReport::gradientNorm
  std::vector<MetricSum> metrics;  ///< Task::trainMetrics but the loss
  at::Tensor losses;               ///< [K], float, on the CPU: each row's own; undefined unless asked for
  at::Tensor numbers;              ///< TrainedOn::numbers, on the CPU, float64, flat
  at::Tensor seen;                 ///< what TrainedOn::seen gave, likewise
};

/// A state of the network and of its optimiser.
struct Snapshot {
  std::vector<at::Tensor> values;
};

/// What a method can do in a step, with the network in its present state.
class StepContext {
 public:
  virtual ~StepContext() = default;
  /// Makes a row of each, whose plan has every coordinate in its range; a target moves with its image. The
  /// rows are kept until the step ends.
  virtual Rows render(std::span<const Shown> shown) = 0;
  /// One forward without gradient.
  /// rows     of one call of render()
  /// returns  [count], float, on the device: each row's loss as the task compares them
  virtual at::Tensor losses(Rows rows, Mode mode) = 0;
  /// The same of one row for each sample of the batch, in their order, chosen on the device.
  /// rows  [B], int64, on the device: of any calls of render()
  virtual at::Tensor lossesOfBatch(const at::Tensor& rows, Mode mode) = 0;
  /// One forward without gradient, and all that the network says; on the device.
  virtual Output outputs(Rows rows, Mode mode) = 0;
  /// [count, 3, height, width], on the device: of one call of render(), until the step ends.
  virtual at::Tensor images(Rows rows) const = 0;
  /// Trains on the rows: one forward, one backward, one change of the weights. All numbers of the step are
  /// read from the device once, before that change.
  /// throws  Error, before the weights are touched, if this loss, one that was asked for before it in the
  ///         step, a number of TrainedOn::numbers, or a gradient is not finite
  virtual Trained train(const TrainedOn& on) = 0;
  /// Copies of what the network and its optimiser have learned, and back into them.
  virtual Snapshot save() const = 0;
  virtual void load(const Snapshot& snapshot) = 0;
  /// Outside of a step: the batch that rows are of from here on. Earlier rows are gone.
  virtual void take(const Batch& batch) = 0;
  /// The task's main metric over samples of the training set, without augmentation, as a test takes it.
  virtual double score(std::span<const std::uint32_t> samples) = 0;
  /// Refuses the step with an Error that says what is not a finite number, and for which samples under
  /// which plans. All that was learned is brought back to what it was before the step.
  [[noreturn]] virtual void refuse(std::string_view what) const = 0;
  /// The decisions of this many samples are recorded: the first of the batch.
  virtual int pictured() const = 0;
};

/// What a method says of one step.
struct StepOutcome {
  Trained trained;
  std::vector<float> unperturbed;  ///< [B]; empty: the method has none
  std::vector<float> best;         ///< [B]: loss of the chosen candidate; empty likewise
  PolicyReport policy;
  std::vector<Decision> decisions;  ///< without pictures and hashes
  std::vector<Plan> decided;        ///< for each decision: the plan that was trained on, raw
  std::vector<std::string> notes;   ///< for the run's log
};

/// The torch-side half of a method: owns the training step, and may learn from it. Lives on the training
/// thread (docs/methods.md, "Methods").
class Method {
 public:
  virtual ~Method() = default;
  /// Once, before anything it has learned is restored: the network has its initial weights.
  virtual void begin(StepContext&) {}
  /// Before the first step of an epoch, and again before the first one after a resume: what it draws must
  /// follow from what visit() restores. epoch: from 1
  virtual void beginEpoch(int /*epoch*/, StepContext&) {}
  /// Trains once on the batch.
  virtual StepOutcome step(const Batch& batch, StepContext& context) = 0;
  /// The rows that the step on a batch asks for first, as far as they follow from what is known before it:
  /// they are rendered ahead. Called by another thread while a step runs, so it may read only what steps
  /// leave alone. Empty: nothing is known.
  virtual std::vector<Shown> known(const Batch&) const { return {}; }
  /// After the last step, before the test that follows it. A run that is stopped in that test comes here
  /// again when it goes on: what was done must follow from what visit() restores.
  virtual void beforeTest(int /*epoch*/, StepContext&) {}
  /// After the test that follows the last step.
  virtual void endEpoch(int /*epoch*/, StepContext&) {}
  /// Whether a step changes weights, of the network or its own, before its last call of StepContext::train()
  /// is done: all is then copied before each step, so that one that fails leaves no trace.
  virtual bool learnsWithinStep() const { return false; }
  /// Whether it decides for each sample by that sample alone, and learns nothing from what it decides:
  /// batches may then be cut, and several ranks train together.
  virtual bool decidesAlone() const { return false; }
  /// Samples of the training set that it keeps for itself, in order: no step is on them.
  virtual std::vector<std::uint32_t> keptBack() const { return {}; }
  /// Goes on with other values of those settings that are live (Field::live). Between steps.
  /// method  the run's, otherwise as it was made for
  virtual void adopt(const Choice& /*method*/) {}
  /// All that it has learned.
  virtual void visit(StateVisitor&) {}
};

/// What a method is made for. The space outlives it.
struct MethodContext {
  const Space& space;
  std::uint64_t seed = 1;         ///< the run's
  const Dataset* data = nullptr;  ///< the training set, which outlives it
  int epochs = 1;                 ///< of the whole training
  std::int64_t features = 0;      ///< how many Output::features the network has; 0: none
  at::Device device = at::kCPU;   ///< of the network
};

/// The method of a catalogue entry.
std::unique_ptr<Method> makeMethod(const Choice& method, const MethodContext& context);

/// Trains on the plans as they are drawn: baseline, plain, ra-uc, and UADA with epsilon 0.
std::unique_ptr<Method> makePlainMethod(const MethodContext& context);

/// The stream of a sample of the batch.
Random streamOf(const Batch& batch, std::size_t place, Purpose purpose);
/// Plans drawn for each sample from its own stream (seed, epoch, index): [copies, B], raw. A sample's copies
/// are drawn one after another, so the first are the same however many there are.
std::vector<Plan> samplePlans(const Batch& batch, const Space& space, int copies = 1);
/// Adds the plans of the whole batch, clamped: one variant.
/// plans  [B], raw
void addVariant(std::vector<Shown>& shown, std::span<const Plan> plans, const Space& space);
/// Variants of a batch of `size` samples, clamped. plans: [variants, size], raw
std::vector<Shown> shownVariants(std::span<const Plan> plans, std::size_t size, const Space& space);
/// All rows of one call, in their order.
at::Tensor numbersOf(Rows rows);
/// What is recorded of a sample that is trained on as it was drawn.
Decision drawnDecision(const Batch& batch, std::size_t place, const Plan& plan);
/// Reports what was trained on: each pictured sample under the next of its copies, so that all are seen.
/// plans  [copies, B], raw
void reportDrawn(const Batch& batch, std::span<const Plan> plans, const Space& space, int pictured,
                 StepOutcome& outcome);

}  // namespace uada
