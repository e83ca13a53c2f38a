#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/RunConfig.h"
#include "core/data/Dataset.h"
#include "core/engine/Engine.h"
#include "core/engine/train/Checkpoint.h"
#include "core/engine/train/Control.h"
#include "core/engine/train/Device.h"
#include "core/weights/WeightsFile.h"

namespace uada {

/// What was found out about a run before the thread of its job starts.
struct Prepared {
  RunConfig config;
  ChosenDevice device;
  int threads = 1;
  std::filesystem::path dataFolder, runFolder;
  std::optional<Checkpoint> checkpoint;
  bool isFork = false;                       ///< the checkpoint is another run's
  std::vector<EditReport> edits;             ///< of work::Train
  std::shared_ptr<const WeightsFile> start;  ///< that a new run starts from; null: none
  std::vector<std::string> notes;            ///< for the log, once the job runs
};

/// Checks that the configuration can be started; see Engine::start.
/// ranks  those who train together: their devices and threads go by it
Prepared prepare(const work::Train& train, const Ranks& ranks = {});
/// The same to look at the network of a checkpoint of the configuration; none: to train it.
Prepared prepare(const RunConfig& config, const std::filesystem::path& folder = {},
                 const std::filesystem::path& checkpoint = {});

/// The images of a run.
struct RunData {
  std::shared_ptr<const Dataset> train, test;
  DataIdentity identity;
};

/// Reads training and test images.
/// say     is told what is read, and how far the first look at image files has come
/// throws  LoadingStopped if a stop came meanwhile; Error if there are too few images
RunData readRunData(const Prepared& prepared, Sink& sink, Control& control,
                    const std::function<void(const std::string&)>& say);

/// Gives both sets the targets that the run's task learns from. Behind what decodes ahead, so that an image
/// which is its own target is decoded once.
void takeTargets(RunData& data, const Recipe& recipe);

/// Throws Error if the images are not those that the checkpoint was trained on.
void requireSameData(const Prepared& prepared, const RunData& data);

}  // namespace uada
