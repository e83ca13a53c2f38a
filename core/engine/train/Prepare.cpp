#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/train/RunData.h"

namespace uada {
namespace {

/// Throws Error if the checkpoint was made by another configuration; says what merely changes bits.
void checkOrigin(const Checkpoint& checkpoint, const RunConfig& config, Prepared& prepared) {
  if (!isHashOf(checkpoint.configHash, config)) {
    throw Error(
        fmt::format("the checkpoint was made with another configuration (its hash is {}, this run's is {}): "
                    "resume with the configuration it was started with, or start a new run",
                    checkpoint.configHash.substr(0, 12), configHash(config).substr(0, 12)));
  }
  if (checkpoint.seed != config.seed) {
    throw Error(
        fmt::format("the checkpoint was made with seed {}, this run has seed {}: resume with that seed, or "
                    "start a new run",
                    checkpoint.seed, config.seed));
  }
  if (checkpoint.threads != prepared.threads) {
    prepared.notes.push_back(fmt::format("{} threads as before, not {}: another number would change bits",
                                         checkpoint.threads, prepared.threads));
    prepared.threads = checkpoint.threads;
  }
  const auto changed = [&](std::string_view what, const std::string& before, const std::string& now) {
    if (before == now) return;
    prepared.notes.push_back(
        fmt::format("resumed with another {} ({} before, {} now): results may differ in their "
                    "last bits",
                    what, before, now));
  };
  changed("LibTorch", checkpoint.libtorchVersion, runningLibTorch());
  changed("version of this program", checkpoint.version, UADA_VERSION);
  changed("device", checkpoint.device, prepared.device.name);
}

}  // namespace

/// The file that a new run starts from; null: none is stated.
static std::shared_ptr<const WeightsFile> startFile(const Choice& model) {
  const StartSettings start = startOf(model);
  if (start.weights.empty()) return nullptr;
  const std::string found = fileHash(start.weights);
  if (!start.sha256.empty() && found != start.sha256)
    throw Error(fmt::format("the weights '{}' have changed: SHA-256 {} recorded, {} found; give the old file",
                            start.weights, start.sha256, found));
  return std::make_shared<const WeightsFile>(readWeights(start.weights));
}

Prepared prepare(const RunConfig& config, const std::filesystem::path& folder,
                 const std::filesystem::path& checkpoint) {
  Prepared prepared;
  prepared.config = config;
  prepared.runFolder = folder;
  const DatasetEntry& data = findDataset(config.recipe.dataset.name);
  requireTargets(config.recipe, data, "recipe");
  requireOneDevice(config.recipe, "recipe");
  prepared.dataFolder = locateDataset(data, config.recipe.dataset.as<DataSettings>().folder);
  if (!folder.empty() && !std::filesystem::is_directory(folder)) {
    throw Error(fmt::format("the run folder '{}' does not exist: make it first", folder.string()));
  }
  prepared.device = chooseDevice(config.runtime.device);
  if (!prepared.device.note.empty()) prepared.notes.push_back(prepared.device.note);
  prepared.threads = threadCount(config.runtime.threads);
  if (!checkpoint.empty()) {
    prepared.checkpoint = findCheckpoint(checkpoint);
    checkOrigin(*prepared.checkpoint, config, prepared);
  } else {
    prepared.start = startFile(config.recipe.model);
  }
  return prepared;
}

}  // namespace uada
