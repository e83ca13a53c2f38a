#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/store/RunSession.h"

namespace uada {

/// One of the directions in which UADA can move and choose (the paper's Table 6).
struct TwinKind {
  std::string name;               ///< "maximise"
  std::vector<std::string> sets;  ///< of forkedConfig()
};
/// maximise: along the gradient, the hardest is trained on; random; minimise: against it, the easiest.
const std::vector<TwinKind>& twinKinds();

/// Runs that train in turns, so many steps each, and so are at the same step again and again: one trains, the
/// others are paused. Made, used and destroyed on one thread.
class LockStep {
 public:
  /// Creates the runs, each paused before its first step. Throws Error as RunSession does; those that were
  /// begun are then stopped.
  /// span  steps of a turn, at least 1
  /// observers  one for each fork, as those of RunSession; may be empty
  LockStep(ProjectWriter& project, Engine& engine, const std::vector<Fork>& forks, std::int64_t span,
           const std::vector<Sink*>& observers = {});
  ~LockStep();
  /// Lets each run take its next turn, one after the other.
  /// isStopWanted  asked again and again: true stops all of them, with checkpoints
  /// returns       whether a run is left that has not ended
  bool turn(const std::function<bool()>& isStopWanted);
  std::size_t size() const;
  const RunSession& session(std::size_t place) const;
  RunState state(std::size_t place) const;
  std::string problem(std::size_t place) const;

 private:
  struct Runner;
  void stop();
  std::int64_t target_;
  const std::int64_t span_;
  std::vector<std::unique_ptr<Runner>> runners_;
};

}  // namespace uada
