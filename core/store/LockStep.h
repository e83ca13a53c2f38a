#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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

/// How one of several twins begins.
struct TwinStart {
  RunConfig config = {};
  std::int64_t queued = 0;        ///< of the project's queue, which it leaves; 0: none
  std::optional<Fork> fork = {};  ///< from another run's checkpoint: then its configuration counts
};
std::vector<TwinStart> twinStarts(const std::vector<Fork>& forks);
/// Those that can train as twins: equal in all but the method, and so on the same batches, drawn with the
/// same random numbers. In the order in which they come. returns  places in `runs`, two or more each throws
/// UsageError naming a run that has no other one like it
std::vector<std::vector<std::size_t>> twinGroups(const std::vector<RunConfig>& runs);
/// Whether runs of that experiment are twins: all of one lock-step have one, "twins 3fa2c1d0", of their own.
bool areTwins(const std::string& experiment);

/// Runs that train in turns, so many steps each, and so are at the same step again and again: one trains, the
/// others are paused. Made, used and destroyed on one thread.
class LockStep {
 public:
  /// Creates the runs, as twins, each paused before its first step. Throws Error as RunSession does; those
  /// that were begun are then stopped.
  /// span  steps of a turn, at least 1
  /// observers  one for each start, as those of RunSession; may be empty
  LockStep(ProjectWriter& project, Engine& engine, std::vector<TwinStart> starts, std::int64_t span,
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
