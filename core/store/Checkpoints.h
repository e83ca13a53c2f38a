#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/engine/Engine.h"
#include "core/store/Records.h"

namespace uada::store {

/// Where a run goes on.
struct ResumePoint {
  std::filesystem::path file;  ///< empty: at the beginning
  std::int64_t step = 0;
  std::vector<std::filesystem::path>
      kept;  ///< checkpoints up to this one that older ones make room for, oldest first
  std::vector<std::string> remarks;  ///< what is to be said about it
};

/// Chooses the newest checkpoint of the run's folder that is whole and of this run, whether or not the
/// project has a row of it, and sets aside all that is newer, so that nothing stands above what is written
/// from now on. Throws Error if a file cannot be set aside.
ResumePoint adoptCheckpoint(Engine& engine, const std::filesystem::path& folder, const RunDetail& run);

/// Removes older checkpoints of one run while it is trained. Two stay, the last ones written, and until the
/// project has a row of one of these, the last one that has. Belongs to the training thread.
class Rotation {
 public:
  /// files  of earlier attempts, in the order in which they were written
  explicit Rotation(std::vector<std::filesystem::path> files);
  void written(const std::filesystem::path& file);
  /// The project has the rows of all that were written.
  void stored();

 private:
  void removeOlder();
  std::vector<std::filesystem::path> files_;  ///< in the order in which they were written
  std::filesystem::path stored_;              ///< the last one with a row
};

}  // namespace uada::store
