#pragma once

#include <filesystem>
#include <string>

#include "core/config/RunConfig.h"
#include "core/engine/models/Network.h"
#include "core/engine/train/Progress.h"
#include "core/engine/train/Sgd.h"
#include "core/engine/train/TensorFile.h"

namespace uada {

/// One state of a run: a sealed tensor file whose header carries a manifest (configuration and its hash,
/// seed, hash of the data, threads, versions, progress).
struct Checkpoint {
  std::string configHash, dataHash, libtorchVersion, version;
  std::int64_t seed = 0;
  int threads = 1;
  std::string device;
  Json config;  ///< the whole RunConfig, for people
  Progress progress;
  TensorFile tensors;
};

/// Copies of the network's parameters and buffers ("model.") and the optimiser's velocities ("velocity.").
TensorFile takeTensors(const Network& network, const Sgd& sgd);
/// Throws Error naming the tensor if one is missing or has another shape.
void putTensors(const TensorFile& file, Network& network, Sgd& sgd);

/// Throws Error naming the file and what is wrong with it.
Checkpoint readCheckpoint(const std::filesystem::path& file);
/// A file: that one. A folder: the newest in it that reads without error; throws if there is none.
Checkpoint findCheckpoint(const std::filesystem::path& fileOrFolder);

/// Writes `checkpoint-STEP.safetensors` (and `best.safetensors` with the same content), reads it back, and
/// removes all but the two newest and the best. returns  path and SHA-256 of the file
struct Written {
  std::filesystem::path file;
  std::string hash;
};
Written writeCheckpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint, bool isBest);

/// The weights alone, as a plain safetensors file.
void exportWeights(const std::filesystem::path& checkpoint, const std::filesystem::path& out);

}  // namespace uada
