#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/config/RunConfig.h"
#include "core/store/Project.h"
#include "widgets/panels/predictions/PredictionSet.h"

namespace uada {

/// A folder of a run with whole predictions.
struct FoundPredictions {
  std::filesystem::path folder;
  Split split = Split::test;
  std::int64_t step = -1;  ///< -1: the folder's name does not say
  std::int64_t limit = 0;  ///< of the first so many images alone; 0: of all
  friend bool operator==(const FoundPredictions&, const FoundPredictions&) = default;
};
/// A checkpoint of a run, by its file's name.
struct CheckpointFile {
  std::filesystem::path file;
  std::int64_t step = -1;  ///< -1: of the best epoch
  friend bool operator==(const CheckpointFile&, const CheckpointFile&) = default;
};
/// What a run has to show, and to predict with.
struct PredictableRun {
  qint64 run = 0;
  std::string key;
  QString title;
  std::filesystem::path folder;
  std::shared_ptr<const RunConfig> config;
  std::vector<FoundPredictions> found;      ///< test images first, the newest step first
  std::vector<CheckpointFile> checkpoints;  ///< the newest first, then the best
  bool hadCheckpoint = false;               ///< one was written, whether or not it is still there
};

/// Looks into the run's folder. Any thread; the reader's own. Throws Error if its configuration is damaged.
PredictableRun lookInto(const ProjectReader& project, qint64 run);

/// Data sets that are open, so that the next predictions of the same images need not read them again.
using OpenData = std::map<std::string, std::shared_ptr<const Dataset>>;

/// Opens predictions and the images that they are of.
/// known    is looked into first, and left with what was opened
/// tell     how many files of how many were looked at for the first time
/// throws   Error if either cannot be read, or the images are others than those that were predicted
Predictions openPredictions(const PredictableRun& run, const FoundPredictions& found, OpenData& known,
                            const std::stop_token& stop,
                            const std::function<void(std::size_t, std::size_t)>& tell);

}  // namespace uada
