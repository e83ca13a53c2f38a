#pragma once

#include <filesystem>
#include <memory>
#include <optional>
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
#include "core/weights/WeightsFile.h"

namespace uada {

struct Metric;

/// The training loop of one attempt. Made, used and destroyed on the training thread.
class Trainer {
 public:
  Trainer(Prepared prepared, Sink& sink, Control& control, std::function<void(const StateReport&)> enter);
  ~Trainer();
  /// Trains to the last epoch or to a stop. Throws whatever goes wrong.
  /// returns  finished or stopped
  RunState run();

 private:
  void readData();
  void keepImages();
  void restore();
  void putState(const Checkpoint& checkpoint);
  bool trainEpoch();
  Batch batchAt(std::int64_t place) const;
  void step();
  void settle(const StepFault& fault);
  int rowsAfter(const StepFault& fault) const;
  void halve(const StepFault& fault, int rows);
  bool finishEpoch();
  bool hasMoreEpochs() const;
  std::string whyEarly() const;
  bool between();
  void obeyChanges();
  void obey(const command::Change& wanted);
  void edit(const EditReport& edit);
  void editAgain();
  void count(const Counts& counts);
  void pause(const std::string& text, bool canHalve = false);
  bool save();
  Checkpoint checkpoint() const;
  std::optional<Written> writeOnceThereIsSpace();
  bool isBest() const;
  const Metric& mainMetric() const;
  RunState stopped(const std::string& text);
  RunState stoppedUnsaved();
  void enter(RunState state, const std::string& text, bool canHalve = false);
  void reportResult();

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
  Stopwatch sinceCheckpoint_;
  std::int64_t savedStep_ = -1;  ///< of the newest checkpoint; -1: there is none
  StateReport shown_;            ///< the last one
};

}  // namespace uada
