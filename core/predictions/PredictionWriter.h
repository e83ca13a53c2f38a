#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/Files.h"
#include "core/predictions/Prediction.h"

namespace uada {

/// Throws UsageError if predictions cannot be written into the folder: it holds whole ones, or something
/// else. One that is not there, is empty, or holds predictions that were never finished, will do.
void requireFreeForPredictions(const std::filesystem::path& folder);

/// Whether the folder holds predictions that were begun and not finished, or are being written.
bool holdsUnfinishedPredictions(const std::filesystem::path& folder);

/// Writes the predictions of a checkpoint into a folder (docs/formats.md, Predictions). What is not finished
/// is never read as whole. Used by one thread.
class PredictionWriter {
 public:
  /// Makes the folder; what was left there unfinished is removed.
  /// throws  as requireFreeForPredictions(), and Error if another process writes there, or nothing can be
  ///         written
  PredictionWriter(std::filesystem::path folder, PredictionHeader header,
                   FileCalls& calls = systemFileCalls());
  ~PredictionWriter();
  PredictionWriter(const PredictionWriter&) = delete;
  PredictionWriter& operator=(const PredictionWriter&) = delete;

  /// Each sample once. throws  Error (NoSpace) naming the file
  void add(std::uint32_t sample, const Prediction& prediction);
  /// Makes the folder whole. metrics: of these samples
  void finish(const Metrics& metrics);

  const std::filesystem::path& folder() const { return folder_; }
  std::size_t added() const { return added_; }

 private:
  void lock();
  void clear();
  void write(std::uint32_t sample, const ClassChances& chances);
  void write(std::uint32_t sample, const LabelMap& map);
  void write(std::uint32_t sample, const FoundBoxes& boxes);
  void write(std::uint32_t sample, const Restored& restored);

  const std::filesystem::path folder_;
  PredictionHeader header_;
  FileCalls& calls_;
  int locked_ = -1;  ///< the folder, while it is this writer's
  std::size_t added_ = 0;
  std::vector<bool> isAdded_;
  std::vector<std::string> texts_;  ///< of chances one, of boxes one for each class
};

}  // namespace uada
