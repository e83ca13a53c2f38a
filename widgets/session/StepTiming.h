#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "widgets/session/EngineWork.h"

namespace uada {

/// How long a step of a configuration took on this machine.
struct StepTime {
  double seconds = 0;             ///< of one step, mean over `steps`
  int steps = 0;                  ///< that were timed
  std::int64_t plannedSteps = 0;  ///< of the whole run, of the data that is there
  std::string device;
};
/// By timingKey().
using StepTimes = std::map<std::string, StepTime>;
/// What a step's time depends on: the configuration but its seed, the device and the threads.
std::string timingKey(const RunConfig& config);

/// Trains a few steps of each configuration without a folder: nothing of it is stored. GUI thread.
class StepTiming : public EngineWork {
  Q_OBJECT
 public:
  /// Of several with one timingKey() the first counts.
  StepTiming(EngineProvider engine, const std::vector<RunConfig>& runs);
  ~StepTiming() override { stopAndWait(); }

  QString text() const override;
  double share() const;     ///< 0 ... 1
  StepTimes times() const;  ///< so far

 Q_SIGNALS:
  /// why  the rest was not timed; empty: all was, or it was cancelled
  void ended(const QString& why);

 private:
  void perform(Engine& engine) override;
  void finish(const QString& why) override { Q_EMIT ended(why); }
  void take(const Report& report) override;
  bool isEnough() const;

  std::vector<RunConfig> wanted_;
  mutable std::mutex mutex_;  ///< guards the next ones
  std::size_t at_ = 0;
  std::vector<double> seconds_;  ///< of the steps of the present one
  StepTime now_;
  StepTimes times_;
};

}  // namespace uada
