#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/config/RunConfig.h"
#include "core/engine/Engine.h"
#include "core/engine/models/StateVisitor.h"
#include "core/engine/train/Progress.h"
#include "core/engine/train/TensorFile.h"

namespace uada {

/// What a network was made for, beside its configuration.
struct MadeFor {
  int classes = 0;
  Input input;
  std::array<float, 3> mean{}, deviation{};  ///< of its images' bytes / 255
};
/// rendering  of the training images
MadeFor madeFor(const Dataset& train, const RenderSettings& rendering);

/// One state of a run: a sealed tensor file whose header carries a manifest (configuration and its hash,
/// seed, hash of the data, threads, versions, progress).
struct Checkpoint {
  std::string configHash, dataHash, libtorchVersion, version;
  std::string run;  ///< the name of the run's folder; empty in files of older versions
  std::int64_t seed = 0;
  int threads = 1;
  std::string device;
  Json config;  ///< the whole RunConfig, for people
  Progress progress;
  std::optional<MadeFor> madeFor;  ///< none in files of older versions
  TensorFile tensors;
};

/// Calls a visitor with all that a run has learned: Stepper::visit.
using VisitState = std::function<void(StateVisitor&)>;
/// Copies, on the CPU.
TensorFile takeTensors(const VisitState& visit);
/// Throws Error naming the tensors if some are missing, are more than are visited, or have another shape or
/// type.
void putTensors(const TensorFile& file, const VisitState& visit);

/// Whether these are the tensors that are visited, of their shapes and types.
bool areThose(const TensorFile& file, const VisitState& visit);
/// Those of the tensors that are visited.
TensorFile only(const TensorFile& file, const VisitState& visit);

/// Throws Error naming the file and what is wrong with it.
Checkpoint readCheckpoint(const std::filesystem::path& file);
/// A file: that one. A folder: the newest in it that reads without error; throws if there is none.
Checkpoint findCheckpoint(const std::filesystem::path& fileOrFolder);
/// See Engine::checkpoints.
std::vector<FoundCheckpoint> listCheckpoints(const std::filesystem::path& folder);
std::filesystem::path bestFile(const std::filesystem::path& folder);

/// Writes `checkpoint-STEP.safetensors` (and `best.safetensors` with the same content), and reads it back.
/// Older ones stay: who keeps the run's rows removes them.
/// returns  path and SHA-256 of the file
/// throws  NoSpace saying how much room is needed and where; nothing of the name has changed then
struct Written {
  std::filesystem::path file;
  std::string hash;
};
Written writeCheckpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint, bool isBest);

/// See Engine::exportWeights.
void exportWeights(const std::filesystem::path& checkpoint, const std::filesystem::path& out,
                   const std::string& form);

}  // namespace uada
