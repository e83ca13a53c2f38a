#pragma once

#include <filesystem>
#include <mutex>
#include <vector>

#include "core/predictions/Prediction.h"

namespace uada {

/// Where predictions of a run's checkpoint lie: "predictions/test-4680" in the run's folder, or where only
/// some were wanted "predictions/test-4680-first100".
/// limit  the first so many images of the split; 0: all
std::filesystem::path predictionFolder(const std::filesystem::path& runFolder, Split split, std::int64_t step,
                                       std::int64_t limit);

/// Whether the folder holds predictions that are whole.
bool holdsPredictions(const std::filesystem::path& folder);

/// Reads what a PredictionWriter wrote.
class PredictionReader {
 public:
  /// throws  Error naming the file, what was found and what was expected; for predictions that were not
  ///         finished, too
  explicit PredictionReader(std::filesystem::path folder);

  const PredictionHeader& header() const { return header_; }
  std::size_t size() const { return header_.samples.size(); }
  /// Any thread. Label maps and pictures are read when they are asked for; chances and boxes, of all samples,
  /// with the first.
  /// sample  below size()
  /// throws  Error as above
  Prediction prediction(std::uint32_t sample) const;

 private:
  void readChances() const;
  void readBoxes() const;
  LabelMap labelMap(std::uint32_t sample) const;
  Restored restored(std::uint32_t sample) const;

  const std::filesystem::path folder_;
  const PredictionHeader header_;
  mutable std::once_flag once_;  ///< of the two below
  mutable std::vector<ClassChances> chances_;
  mutable std::vector<FoundBoxes> boxes_;
};

}  // namespace uada
