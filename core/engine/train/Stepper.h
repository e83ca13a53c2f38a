#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/augment/Space.h"
#include "core/config/RunConfig.h"
#include "core/data/LabelPicture.h"
#include "core/data/Prefetch.h"
#include "core/engine/Engine.h"
#include "core/engine/methods/Method.h"
#include "core/engine/models/Network.h"
#include "core/engine/models/Torch.h"
#include "core/engine/optimisers/Updater.h"
#include "core/engine/tasks/TaskHead.h"
#include "core/engine/train/Average.h"
#include "core/engine/train/PassGraphs.h"
#include "core/engine/train/RankSums.h"
#include "core/engine/train/RenderAhead.h"
#include "core/engine/train/StepFault.h"
#include "core/engine/train/Undo.h"
#include "core/engine/train/World.h"
#include "core/weights/WeightsFile.h"

namespace uada {

/// What one step leaves behind.
struct StepReports {
  StepReport report;
  std::vector<MetricSum> metrics;  ///< those of the report, in parts
  PolicyReport policy;
  std::vector<Decision> decisions;
  std::vector<std::string> notes;  ///< for the log
};

/// Network, optimiser, task, space, method and renderer of one run: all that one training step needs.
/// Lives on the training thread.
class Stepper {
 public:
  /// data   the training set; outlives the stepper, as does the pool
  /// start  what the network starts from; null: the weights that its seed gives
  /// world  those who train together, each with its part of a batch; outlives the stepper; null: nobody else
  Stepper(const RunConfig& config, const Dataset& data, at::Device device, ThreadPool& pool,
          const WeightsFile* start = nullptr, World* world = nullptr);

  /// Lets the method train on the batch once. Throws StepFault, and leaves no trace, if a loss or gradient is
  /// not a finite number, or memory is short; where several ranks train, on all of them. Throws PeerLost,
  /// likewise without a trace, if a rank is gone. What is reported is of the whole batch.
  /// pictured  of how many samples, the first, the decisions are recorded, with pictures
  /// next      what the next step is for: its rows are rendered ahead; null: not known
  StepReports step(const Batch& batch, double learningRate, int pictured, const Batch* next = nullptr);
  /// The rows that a step was refused for as decisions without groups, one of each sample, with pictures.
  std::vector<Decision> unsoundSamples(const Batch& batch, std::span<const UnsoundRow> rows) const;
  /// How many rows at most go through the network at once when it is trained; 0: all of a step. The
  /// gradients of the parts are added up, so that order and random numbers stay; batch normalisation has the
  /// statistics of each part.
  int rowsAtOnce() const { return rowsAtOnce_; }
  void setRowsAtOnce(int rows) { rowsAtOnce_ = rows; }
  /// Waits until the rows that are rendered ahead are there.
  void waitAhead() { ahead_.wait(); }
  /// Lets a function ask for rows and losses as a method does, with the network as it is.
  void ask(const Batch& batch, const std::function<void(StepContext&)>& questions);
  /// Tells the method; see there.
  /// returns  what it computed for that
  Counts beginEpoch(int epoch) { return tell(&Method::beginEpoch, epoch); }
  Counts beforeTest(int epoch) { return tell(&Method::beforeTest, epoch); }
  Counts endEpoch(int epoch) { return tell(&Method::endEpoch, epoch); }
  /// Samples that no step is on, in order: the method keeps them for itself.
  std::vector<std::uint32_t> keptBack() const { return method_->keptBack(); }

  /// Scores the whole set with the running statistics of batch normalisation. None: `interrupted` said so,
  /// which is asked again and again, and may call visit().
  std::optional<Metrics> test(const Dataset& data, const std::function<bool()>& interrupted);
  /// The same for the first samples of a set. take: is handed each prediction, in order; null: none is
  /// wanted
  using TakePrediction = std::function<void(std::uint32_t sample, Prediction prediction)>;
  std::optional<Metrics> predict(const Dataset& data, std::size_t count,
                                 const std::function<bool()>& interrupted, const TakePrediction& take);

  /// What the network says of training images under plans, with the weights and statistics of a test.
  /// samples  of a set with labels; as many as go through the network at once
  std::vector<ClassChances> judge(std::span<const work::PlannedSample> samples);

  /// Which part of each image the plans of an epoch show: what is worth decoding ahead.
  Prefetch::PartOf shownParts(std::uint64_t seed, int epoch) const;

  /// Goes on with other values of the settings that are live (Field::live). Between steps.
  /// config  the run's, otherwise as it was made for
  void adopt(const RunConfig& config);

  /// All that network, optimiser and method have learned.
  void visit(StateVisitor& visitor);
  /// The same without the method.
  void visitNetwork(StateVisitor& visitor);
  const TaskHead& head() const { return *head_; }
  const RenderSettings& rendering() const { return renderer_.settings(); }
  Network& network() { return *network_; }
  /// How many passes of the steps were graphs.
  int replays() const { return graphs_ ? graphs_->replays() : 0; }
  /// What was taken of the file that the network started from; empty: none.
  const std::vector<std::string>& startNotes() const { return startNotes_; }

 private:
  class Context;
  /// How rows are trained on that go through the network together.
  struct TrainRule {
    FromOutput term = {}, seen = {};  ///< as TrainedOn has them
    bool wantsLosses = false;
    int norms = 0;
    double part = 1, share = 1;  ///< of the rows that are trained on; of the whole batch
    bool isLast = true;          ///< the others of the step have been
  };
  void makeGraphs(const RunConfig& config);
  bool isBf16(Mode mode) const;
  Output forward(const at::Tensor& images, Mode mode);
  PassResults trained(const at::Tensor& images, const Targets& targets, const TrainRule& rule);
  Counts tell(void (Method::*what)(int, StepContext&), int epoch);
  StepReports taken(const Batch& batch, double learningRate, int pictured, const Batch* next);
  std::vector<at::Tensor> changed();
  bool undo();
  void joinRanks(const RunConfig& config);
  void shareFault(const std::string& text, bool isMemory);
  void addUp(StepReports& reports);
  void spreadMethod();
  std::optional<Metrics> testTogether(const Renderer& renderer, std::span<const std::uint32_t> samples,
                                      const std::function<bool()>& interrupted);
  void illustrate(StepOutcome& outcome) const;
  bool predictOn(const Renderer& renderer, std::span<const std::uint32_t> samples, Meter& meter,
                 const std::function<bool()>& interrupted, const TakePrediction& take);

  World alone_;
  World& world_;
  const Dataset& data_;
  ThreadPool& pool_;
  const at::Device device_;
  const bool looksBeyond_;  ///< the method shows more than the plans as they are drawn
  const int norms_;         ///< sets of batch normalisations
  const std::vector<ClassColour> colours_;
  std::unique_ptr<Space> space_;
  std::vector<std::string> startNotes_;
  std::shared_ptr<Network> network_;
  std::unique_ptr<Method> method_;
  Renderer renderer_;
  std::unique_ptr<TaskHead> head_;
  Training training_;
  std::unique_ptr<Updater> updater_;
  std::unique_ptr<Average> average_;  ///< null: none is kept
  Undo undo_;
  bool isLearned_ = false;  ///< whether the running step has changed weights
  RankSums rankSums_;
  SumOverRanks sumOfNorms_;  ///< null: each rank normalises by its own statistics
  int rowsAtOnce_ = 0;
  std::unique_ptr<PassGraphs> graphs_;     ///< null: every pass is computed as it is
  std::vector<std::string> trainMetrics_;  ///< in the order of TaskHead::trainSums()
  RenderAhead ahead_;                      ///< last: its thread uses what stands above
};

}  // namespace uada
