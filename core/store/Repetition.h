#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/engine/Engine.h"
#include "core/store/Project.h"

namespace uada {

/// The newest sound checkpoint of a run that recorded steps follow.
/// project  the file
/// throws   Error if there is none
FoundCheckpoint checkpointWithStepsAfter(Engine& engine, const std::filesystem::path& project,
                                         const RunSummary& run);

/// Steps of a run that are trained again from one of its checkpoints, compared with what the run recorded of
/// them, to the last bit: losses, metrics, counts, the policy, decisions with the hashes of their pictures,
/// and the tests between. Times are left out. Takes the reports of a work::Train without a folder.
class Repetition : public Sink {
 public:
  struct Compared {
    int steps = 0, policies = 0, decisions = 0, tests = 0;
  };

  /// The steps after `afterStep`, `count` of them or as many as the run recorded.
  /// throws  Error if it recorded none
  Repetition(const ProjectReader& project, const RunDetail& run, std::int64_t afterStep, std::int64_t count);

  std::int64_t firstStep() const { return afterStep_ + 1; }
  std::int64_t lastStep() const { return lastStep_; }
  /// Whether the last step has come, with the test after it if there was one, or a difference was found: the
  /// job can be stopped. Any thread.
  bool isDone() const { return isDone_; }
  /// Once the job is done.
  Compared compared() const;
  /// Whether every step that was recorded came again. Once the job is done.
  bool isWhole() const;
  /// The first one: "step 473: loss is 0.51 in the record and 0.52 now". Empty: there is none. Once the job
  /// is done.
  std::string difference() const;

  /// In a sentence, as it is kept with the run: "steps 21 to 40 from the checkpoint after step 20 are equal
  /// to the last bit, on HOST (20 steps, 8 decisions)", or where they differ, and what was different on the
  /// machine. Once the job is done.
  /// throws  Error if steps did not come again and no difference was found: nothing can be said
  std::string verdict() const;

  void take(const Report& report) override;

 private:
  void compare(const std::string& what, const std::map<std::string, Json>& recorded, const std::string& key,
               const Json& found, int& counted);

  std::int64_t afterStep_, lastStep_ = 0;
  const std::optional<Manifest> then_;  ///< of the run's last attempt; none: it has none
  /// What was recorded, by the step (and the sample).
  std::map<std::string, Json> steps_, policies_, decisions_, tests_;
  mutable std::mutex mutex_;
  Compared compared_;
  std::string difference_;
  std::atomic<bool> isDone_ = false;
};

/// The event that keeps a verdict with the run. RunSummary::certificate is read from it.
EventReport repetitionEvent(const std::string& verdict);

}  // namespace uada
