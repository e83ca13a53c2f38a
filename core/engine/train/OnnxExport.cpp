#include "core/engine/train/OnnxExport.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "core/engine/RunImages.h"
#include "core/engine/tasks/Task.h"
#include "core/engine/train/OnnxTrace.h"

namespace uada {
namespace {

void requireOwnNetwork(const Choice& model) {
  if (findTask(findModel(model.name).task).target == TargetKind::boxes)
    throw Error(
        fmt::format("a {} network is not written as ONNX, because its boxes are told from priors and dropped "
                    "where they overlap, which is no part of it; export its weights",
                    model.name));
  for (const FileSetting& setting : findModel(model.name).files) {
    if (!setting.isNeeded) continue;
    const Json* file = model.settings().find(setting.file);
    throw Error(
        fmt::format("a {} network is not written as ONNX, because what it computes is only in its file '{}'; "
                    "export it where the file was made, with torch.onnx.export(), and the weights from here",
                    model.name, file ? file->asString() : ""));
  }
}

/// Of a checkpoint that does not say it: from the run's images.
MadeFor madeForFromImages(const Checkpoint& checkpoint, const Recipe& recipe) {
  const auto& settings = recipe.dataset.as<DataSettings>();
  const auto folder = locateDataset(findDataset(recipe.dataset.name), settings.folder);
  const auto images = runImages(recipe.dataset, Split::train, folder, {});
  if (images->identity() != trainingHash(checkpoint.dataHash))
    throw Error(
        fmt::format("the images in '{}' are not those the network was trained on, and its checkpoint is of a "
                    "version that did not store their mean and deviation; restore the files",
                    folder.string()));
  return madeFor(*images, runRendering(recipe, *images));
}

/// Where the catalogue or the folder names all classes; else none.
Json classNames(const Choice& dataset, int classes) {
  const std::vector<std::string> names = classNamesOf(dataset);
  Json list = Json::array();
  if (names.size() == static_cast<std::size_t>(classes))
    for (const std::string& name : names) list.push(oneLine(name));
  return list;
}

Json list(const std::array<float, 3>& numbers) {
  Json list = Json::array();
  for (const float number : numbers) list.push(std::stod(fmt::format("{}", number)));  // the fewest digits
  return list;
}

std::vector<std::pair<std::string, std::string>> textsOf(const Checkpoint& checkpoint,
                                                         const RunConfig& config, const MadeFor& madeFor) {
  std::vector<std::pair<std::string, std::string>> texts{
      {"channels", "RGB"},
      {"input", "(pixel / 255 - mean) / std of each channel"},
      {"mean", list(madeFor.mean).dump()},
      {"std", list(madeFor.deviation).dump()},
      {"task", config.recipe.task.name}};
  const Json names = classNames(config.recipe.dataset, madeFor.classes);
  const bool saysClasses = taskOf(config.recipe).target != TargetKind::picture;
  if (saysClasses && !names.asArray().empty()) texts.emplace_back("classes", names.dump());
  texts.emplace_back("config", checkpoint.config.dump());
  texts.emplace_back("config_hash", checkpoint.configHash);
  texts.emplace_back("seed", std::to_string(checkpoint.seed));
  texts.emplace_back("step", std::to_string(checkpoint.progress.step));
  return texts;
}

/// On the CPU, with its weights.
std::shared_ptr<Network> networkOf(const RunConfig& config, const MadeFor& madeFor,
                                   const TensorFile& weights) {
  const auto network = makeNetwork(config.recipe.model, {madeFor.classes, madeFor.input},
                                   static_cast<std::uint64_t>(config.seed));
  if (findMethod(config.method.name).norms > 1) network->addNorms();
  TensorFile named;
  for (const auto& [name, tensor] : weights.tensors) named.tensors.emplace_back("model." + name, tensor);
  putTensors(named, [&](StateVisitor& visitor) { network->visit(visitor); });
  return network;
}

}  // namespace

void exportOnnx(const Checkpoint& checkpoint, const TensorFile& weights, const std::filesystem::path& out) {
  const RunConfig config = runConfigFromJson(checkpoint.config, "the checkpoint's configuration");
  requireOwnNetwork(config.recipe.model);
  const MadeFor madeFor =
      checkpoint.madeFor ? *checkpoint.madeFor : madeForFromImages(checkpoint, config.recipe);
  const std::shared_ptr<Network> network = networkOf(config, madeFor, weights);
  TracedNetwork made = traced(*network, madeFor.input);
  made.onnx.name = runTitle(config);
  made.onnx.texts = textsOf(checkpoint, config, madeFor);
  writeFileAtomically(out, onnxFile(made.onnx, "uada", UADA_VERSION));
}

}  // namespace uada
