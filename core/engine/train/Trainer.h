#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/data/Prefetch.h"
#include "core/engine/Engine.h"
#include "core/engine/Shuffle.h"
#include "core/engine/train/Checkpoint.h"
#include "core/engine/train/Control.h"
#include "core/engine/train/Device.h"
#include "core/engine/train/RunData.h"
#include "core/engine/train/StepFault.h"
#include "core/engine/train/Stepper.h"
#include "core/engine/train/World.h"
#include "core/weights/WeightsFile.h"

namespace uada {

struct Metric;

/// The training loop of one attempt. Made, used and destroyed on the training thread. Where several ranks
/// train together each has one, and all do the same at the same time: what commands ask for, and what one
/// alone meets, they agree on.
class Trainer {
 public:
  /// world  outlives the trainer; null: nobody else trains
  Trainer(Prepared prepared, Sink& sink, Control& control, std::function<void(const StateReport&)> enter,
          World* world = nullptr);
  ~Trainer();
  /// Trains to the last epoch or to a stop. Throws whatever goes wrong; PeerLost where another rank is gone,
  /// after rank 0 has written a checkpoint. returns  finished or stopped
  RunState run();

 private:
  /// What commands ask for, of any rank.
  struct Heard {
    bool stop = false, stopAfterEpoch = false, pause = false, hasChanges = false;
    bool isDue = false;  ///< the next checkpoint, by rank 0's clock
  };
  /// What a person can do about a pause, as StateReport says it.
  struct Remedy {
    bool canHalve;
    std::int64_t unsoundStep;
  };
  Heard hear();
  bool takeCheckpoint() { return std::exchange(wantsCheckpoint_, false); }
  RunState trainAll();
  RunState trainEpochs();
  bool readDataTogether();
  [[noreturn]] void giveUp(const PeerLost& lost);
  void readData();
  void keepImages();
  void restore();
  void putState(const Checkpoint& checkpoint);
  bool trainEpoch();
  Batch batchAt(std::int64_t place) const;
  void requireParts() const;
  std::size_t ownSize(std::int64_t place) const;
  std::vector<std::uint32_t> ownSamples(std::int64_t place) const;
  void step();
  StepFault agreed(const StepFault& fault);
  void settle(const StepFault& fault, std::int64_t unsoundStep);
  int rowsAfter(const StepFault& fault) const;
  void halve(const StepFault& fault, int rows);
  bool finishEpoch();
  bool hasMoreEpochs() const;
  std::string whyEarly() const;
  bool between();
  void obeyChanges(const Heard& heard);
  void obey(const command::Change& wanted);
  void edit(const EditReport& edit);
  void editAgain();
  void count(const Counts& counts);
  Heard pause(const std::string& text, const Remedy& remedy = {});
  bool save();
  bool saveHere();
  Checkpoint checkpoint() const;
  std::optional<Written> writeOnceThereIsSpace();
  bool isBest() const;
  const Metric& mainMetric() const;
  RunState stopped(const std::string& text);
  RunState stoppedUnsaved();
  void enter(RunState state, const std::string& text, const Remedy& remedy = {});
  void reportResult();

  World alone_;
  World& world_;
  Prepared prepared_;
  Sink& sink_;
  Control& control_;
  std::function<void(const StateReport&)> enter_;
  ThreadPool pool_;
  RunData data_;
  std::shared_ptr<Prefetch> ahead_;  ///< the training set, where its images are not in memory; else null
  std::unique_ptr<Stepper> stepper_;
  Progress progress_;
  RunConfig inForce_;  ///< the run's, with the edits that were made; its hash is that of prepared_.config
  Batches batches_;
  std::vector<std::uint32_t> keptBack_;  ///< by the method: no step is on them
  std::vector<std::uint32_t> order_;     ///< of the running epoch
  double waited_ = 0;                    ///< seconds in the sink since the last step
  bool wantsCheckpoint_ = false;         ///< a command does
  Stopwatch sinceCheckpoint_;
  std::int64_t savedStep_ = -1;  ///< of the newest checkpoint; -1: there is none
  StateReport shown_;            ///< the last one
};

}  // namespace uada
