#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <vector>

#include "core/engine/Engine.h"
#include "core/engine/train/Stopwatch.h"

namespace uada {

/// The commands of one job: any thread sends, the training thread polls between steps. The last of pause and
/// resume counts; a stop cannot be taken back.
class Control {
 public:
  /// folder  where a file named `stop` means command::Stop; empty: nowhere. One that is left over is
  /// removed.
  explicit Control(std::filesystem::path folder);
  void send(Command command);

  bool stopNow();  ///< also looks for the stop file, at most every half second
  bool stopAfterEpoch();
  /// step  of the run, the last one done
  bool pauseWanted(std::int64_t step);
  bool takeCheckpoint();  ///< true once for each request
  bool hasChanges();
  std::vector<command::Change> takeChanges();  ///< each once, in the order they came
  /// Waits for a command, at most half a second.
  void wait();

 private:
  std::filesystem::path stopFile_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Stopwatch sinceLook_;
  std::int64_t pauseAfter_ = 0;  ///< of paused_: from this step on
  bool paused_ = false, stopNow_ = false, stopAfterEpoch_ = false, checkpoint_ = false;
  std::vector<command::Change> changes_;
};

}  // namespace uada
