#include "core/config/Fork.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/config/SetValue.h"
#include "core/engine/methods/MethodEntry.h"

namespace uada {
namespace {

void requireKept(bool isKept, const char* key, const char* why) {
  if (!isKept)
    throw UsageError(fmt::format("{}: a fork keeps it, because {}; start a new run for another", key, why));
}

/// The data set without the folder in which it lies.
Json imagesOf(const Recipe& recipe) {
  Json json = choiceToJson(recipe.dataset);
  json["folder"] = Json();
  return json;
}

void requireSameNetworkAndData(const RunConfig& before, const RunConfig& after) {
  const Recipe &was = before.recipe, &is = after.recipe;
  requireKept(imagesOf(was) == imagesOf(is), "recipe.dataset",
              "the checkpoint's network was trained on these images");
  requireKept(settingsToJson(was.input) == settingsToJson(is.input), "recipe.input",
              "the checkpoint's network was made for it");
  requireKept(was.model == is.model, "recipe.model", "the checkpoint holds the weights of this network");
  requireKept(was.task == is.task, "recipe.task", "its tests could not be compared with those before");
  requireKept(was.optimiser.name == is.optimiser.name, "recipe.optimiser.name",
              "the checkpoint holds what this optimiser remembers");
  requireKept((was.training.averaging == 0) == (is.training.averaging == 0), "recipe.training.averaging",
              "a running average of the weights is in the checkpoint or is not");
  requireKept(findMethod(before.method.name).norms == findMethod(after.method.name).norms, "method",
              "the network has another number of batch normalisations with that one");
  requireKept(before.seed == after.seed, "seed",
              "it gives the order of the images that are left of the epoch");
}

/// As an experiment of one run has them, whose checks are those of every new run.
Json asExperiment(const Json& run) {
  Json json = Json::object();
  const std::string& name = run.at("experiment").asString();
  json["name"] = name.empty() ? "fork" : name;
  json["recipe"] = run.at("recipe");
  json["methods"] = Json::array();
  json["methods"].push(run.at("method"));
  json["seeds"] = Json::array();
  json["seeds"].push(run.at("seed"));
  json["runtime"] = run.at("runtime");
  return json;
}

}  // namespace

const char* const kForkKeeps =
    "A fork keeps the network, the images, the input, the task, the kind of optimiser, whether weights are "
    "averaged, and the seed: the checkpoint was made with them. Another method or batch needs a checkpoint "
    "of "
    "an epoch's end.";

std::vector<RunSetting> forkSettings(const RunConfig& config) {
  const Recipe& recipe = config.recipe;
  std::vector<RunSetting> all;
  const auto add = [&](const char* place, const std::vector<FieldValue>& fields, const Json& settings) {
    for (RunSetting& setting : settingsAt(place, fields, settings))
      if (setting.key != "recipe.training.norm_devices" && setting.key != "runtime.threads")
        all.push_back(std::move(setting));
  };
  add("method", findMethod(config.method.name).fields, config.method.settings());
  add("recipe.optimiser", findOptimiser(recipe.optimiser.name).fields, recipe.optimiser.settings());
  add("recipe.schedule", findSchedule(recipe.schedule.name).fields, recipe.schedule.settings());
  add("recipe.training", fieldsOf<Training>(), settingsToJson(recipe.training));
  add("runtime", fieldsOf<Runtime>(), settingsToJson(config.runtime));
  return all;
}

RunConfig forkedConfig(const RunConfig& config, const std::vector<std::string>& sets,
                       const std::vector<PolicyFile>& kept) {
  if (sets.empty()) return config;
  Json json = toJson(config);
  for (const std::string& set : sets) setValue(json, set);
  refuseUnknownKeys(json, {"experiment", "recipe", "method", "seed", "runtime"}, "--set");
  RunConfig changed = expand(experimentFromJson(asExperiment(json), "fork", kept)).front();
  changed.experiment = config.experiment;
  requireSameNetworkAndData(config, changed);
  if (changed.method == config.method) changed.policyFile = config.policyFile;
  return changed;
}

}  // namespace uada
