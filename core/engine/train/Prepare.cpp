#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/train/RunData.h"

namespace uada {
namespace {

/// Throws Error if a fork cannot go on from where the checkpoint is.
void checkPlace(const Checkpoint& checkpoint, const RunConfig& config) {
  const Progress& progress = checkpoint.progress;
  const int epochs = config.recipe.training.epochs;
  if (progress.epoch > epochs)
    throw Error(fmt::format(
        "nothing would be left to train: the checkpoint is of the end of epoch {}, the fork has {} "
        "epochs; give it more (recipe.training.epochs), or take an earlier checkpoint",
        progress.epoch - 1, epochs));
  const Json& before = checkpoint.config.at("recipe").at("training").at("batch");
  if (progress.stepInEpoch > 0 && before.asInt() != config.recipe.training.batch)
    throw Error(fmt::format(
        "recipe.training.batch: the checkpoint is of the middle of epoch {}, whose batches have {} "
        "images, {} found; take a checkpoint of an epoch's end, or leave the batch as it is",
        progress.epoch, before.asInt(), config.recipe.training.batch));
  const std::string method = checkpoint.config.at("method").at("name").asString();
  if (progress.stepInEpoch > 0 && method != config.method.name)
    throw Error(
        fmt::format("method: the checkpoint is of the middle of epoch {}, which was begun with {}, {} found; "
                    "take a checkpoint of an epoch's end, or leave the method as it is",
                    progress.epoch, method, config.method.name));
}

/// Throws Error if the checkpoint was made by another configuration.
void requireOwn(const Checkpoint& checkpoint, const RunConfig& config) {
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
}

/// Says what merely changes bits.
void checkOrigin(const Checkpoint& checkpoint, Prepared& prepared) {
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
  return prepare(work::Train{config, folder, checkpoint});
}

/// Each rank of a machine has a GPU of its own, where there are GPUs. The name says how many ranks there are.
static ChosenDevice deviceOf(const std::string& wanted, const Ranks& ranks) {
  if (ranks.size == 1) return chooseDevice(wanted);
  if (wanted.starts_with("cuda:"))
    throw Error(
        fmt::format("device '{}' is one device, and there are {} ranks: say cuda, and each takes its own, or "
                    "auto or cpu",
                    wanted, ranks.size));
  ChosenDevice device = chooseDevice(wanted);
  const std::string kind = device.device.is_cpu() ? "cpu" : "cuda";
  if (!device.device.is_cpu()) device = chooseDevice(fmt::format("cuda:{}", ranks.local));
  device.name = fmt::format("{}, {} ranks", kind, ranks.size);
  return device;
}

Prepared prepare(const work::Train& train, const Ranks& ranks) {
  const RunConfig& config = train.config;
  const std::filesystem::path& folder = train.folder;
  Prepared prepared;
  prepared.isFork = train.isFork;
  prepared.edits = train.edits;
  prepared.config = config;
  prepared.runFolder = folder;
  const DatasetEntry& data = findDataset(config.recipe.dataset.name);
  requireTargets(config.recipe, data, "recipe");
  requireNormDevices(config.recipe, ranks.size);
  prepared.dataFolder = locateDataset(data, config.recipe.dataset.as<DataSettings>().folder);
  if (!folder.empty() && !std::filesystem::is_directory(folder)) {
    throw Error(fmt::format("the run folder '{}' does not exist: make it first", folder.string()));
  }
  prepared.device = deviceOf(config.runtime.device, ranks);
  if (!prepared.device.note.empty()) prepared.notes.push_back(prepared.device.note);
  prepared.threads = threadCount(config.runtime.threads);
  if (config.runtime.threads == 0) prepared.threads = std::max(1, prepared.threads / ranks.localSize);
  if (!train.checkpoint.empty()) {
    prepared.checkpoint = findCheckpoint(train.checkpoint);
    train.isFork ? checkPlace(*prepared.checkpoint, config) : requireOwn(*prepared.checkpoint, config);
    checkOrigin(*prepared.checkpoint, prepared);
  } else {
    prepared.start = startFile(config.recipe.model);
  }
  return prepared;
}

}  // namespace uada
