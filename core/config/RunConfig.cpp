#include "core/config/RunConfig.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/augment/Space.h"
#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/JsonText.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/config/ConfigReader.h"
#include "core/config/StoredName.h"
#include "core/data/Dataset.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/settings/SettingError.h"

namespace uada {
namespace {

/// The settings that differ from their defaults, as text; without what a title has anyhow or does not need.
std::vector<std::pair<std::string, std::string>> unusual(const std::vector<FieldValue>& fields,
                                                         const Json& settings) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const FieldValue& field : fields) {
    const Json* value = settings.find(field.field.name);
    if (!value || *value == field.value || field.field.role != Field::Role::setting) continue;
    std::string text = value->dump();
    std::erase(text, '"');
    all.emplace_back(field.field.name, std::move(text));
  }
  return all;
}

/// The beginning of a hash, enough to tell files of one name apart.
constexpr std::size_t kHashDigits = 8;

/// "autoaugment"; a policy of the library goes by its name. A file goes by its own name, with the beginning
/// of its hash, since others in other folders, and policies of the library or the catalogue, may be called
/// the same: "mine@1a2b3c4d".
std::string policyWord(const Choice& policy) {
  if (!findPolicy(policy.name).isFile) return policy.name;
  const std::string& given = policy.settings().at("file").asString();
  const std::string& hash = policy.settings().at("sha256").asString();
  if (!isPolicyPath(given) || hash.empty()) return given;
  std::string name = std::filesystem::path(given).filename().string();
  if (name.ends_with(".json")) name.erase(name.size() - 5);
  return name + '@' + hash.substr(0, kHashDigits);
}

}  // namespace

Runtime changedRuntime(const Runtime& runtime, const std::string& key, const Json& value) {
  static const std::vector<std::string> kKeys{"runtime.pictured", "runtime.picture_every",
                                              "runtime.checkpoint_minutes", "runtime.on_out_of_memory"};
  if (std::ranges::find(kKeys, key) == kKeys.end())
    throw UsageError(
        fmt::format("{}: a run under way keeps it, since its result or its bits would change; {} can be "
                    "changed; start another run",
                    quotable(key), joined(kKeys, ", ")));
  Json changed = Json::object();
  changed[key.substr(key.find('.') + 1)] = value;
  return settingsFromJson<Runtime>(changed, "runtime", {}, runtime);
}

Choice newPolicyFromJson(const Json& json, const std::string& where) {
  Choice policy = policyFromJson(json, where);
  const Policy& entry = findPolicy(policy.name);
  if (entry.resolve) entry.resolve(policy, json, where);
  requireUsable(entry.fields(), policy.settings(), where);
  return policy;
}

/// Settings of UADA that leave probes of single coordinates nothing to do, or the other way round.
static void requireOneProbeWhereAsked(const Choice& choice, const Choice& policy, const std::string& where) {
  const Json* single = policy.settings().find("coordinatewise");
  if (!single || !(*single == Json(true))) return;
  for (const auto& [key, value] : {std::pair("estimator", "joint"), std::pair("candidates", "both")}) {
    const Json* stated = choice.settings().find(key);
    if (!stated || !(*stated == Json(value))) continue;
    throw SettingError(where, key,
                       fmt::format("\"{}\" has no effect together with policy.coordinatewise, which probes "
                                   "each coordinate by itself; leave one of the two out",
                                   value));
  }
}

/// Settings of a policy that the method makes no use of, and of a method that the policy leaves nothing to
/// do.
static void requireUsableTogether(const Choice& choice, const Choice& policy, const std::string& where) {
  const MethodEntry& method = findMethod(choice.name);
  const Adapted adapted = method.adapted(choice);
  const Policy& entry = findPolicy(policy.name);
  for (const FieldValue& known : entry.fields()) {
    const Json* value = policy.settings().find(known.field.name);
    if (value && !(*value == known.value) && known.field.needs > adapted.by)
      throw SettingError(
          where + ".policy", known.field.name,
          fmt::format("{} has no effect with {}; leave one of the two out", value->dump(), adapted.because));
  }
  requireOneProbeWhereAsked(choice, policy, where);
  if (adapted.by == Adapting::nothing || entry.isFile) return;
  if (!makeSpace(policy)->groups().empty()) return;
  for (const FieldValue& known : method.fields) {
    const Json* value = choice.settings().find(known.field.name);
    if (value && !(*value == known.value))
      throw SettingError(
          where, known.field.name,
          fmt::format("{} has no effect with policy {}, which has nothing to move; leave one of the two out",
                      value->dump(), policy.name));
  }
}

/// The largest can only be taken of as many candidates as there are.
static void requireEnoughCandidates(const Json& settings, const std::string& where) {
  const Json *select = settings.find("select"), *copies = settings.find("copies"),
             *candidates = settings.find("candidates");
  if (!select || !copies || !candidates || !(*select == Json("argmax"))) return;
  if (copies->asInt() > candidates->asInt())
    throw SettingError(where, "copies",
                       fmt::format("{} found, but there are only {} candidates to take the largest of; give "
                                   "at most as many copies",
                                   copies->asInt(), candidates->asInt()));
}

Choice newMethodFromJson(const Json& json, const std::string& where) {
  const Choice method = methodFromJson(json, where);
  const MethodEntry& entry = findMethod(method.name);
  requireUsable(entry.fields, method.settings(), where);
  requireEnoughCandidates(method.settings(), where);
  if (entry.policySetting == PolicySetting::fixed) return method;
  const Json* given = json.find("policy");
  const Choice policy = newPolicyFromJson(given ? *given : Json(entry.policy), where + ".policy");
  requireUsableTogether(method, policy, where);
  Json resolved = choiceToJson(method);
  resolved["policy"] = choiceToJson(policy);
  return methodFromJson(resolved, where);  // states the policy only where that is the method's way
}

std::string policyLabel(const Choice& policy) {
  std::string label = policyWord(policy);
  for (const auto& [key, value] : unusual(findPolicy(policy.name).fields(), policy.settings()))
    label += fmt::format(" {}={}", key, value);
  return oneLine(label);
}

std::unique_ptr<Space> makeSpace(const RunConfig& config, const Input& input, ImageSize images) {
  PolicyContext context;
  context.input = input;
  context.epochs = config.recipe.training.epochs;
  context.source = images;
  context.file = config.policyFile.get();
  return makeSpace(policyOf(config.method), context);
}

std::string runTitle(const RunConfig& config) {
  std::string settings;
  for (const auto& [key, value] : unusual(findMethod(config.method.name).fields, config.method.settings()))
    settings += fmt::format("-{}={}", key, value);
  if (config.method.settings().find("policy")) {
    const Choice& policy = policyOf(config.method);
    settings += '-' + policyWord(policy);
    for (const auto& [key, value] : unusual(findPolicy(policy.name).fields(), policy.settings()))
      settings += fmt::format("-{}={}", key, value);
  }
  return oneLine(fmt::format("{}-{}{}-s{}", config.recipe.name, config.method.name, settings, config.seed));
}

Json toJson(const RunConfig& config) {
  Json json = Json::object();
  json["experiment"] = config.experiment;
  json["recipe"] = recipeToJson(config.recipe);
  json["method"] = choiceToJson(config.method);
  json["seed"] = config.seed;
  json["runtime"] = settingsToJson(config.runtime);
  return json;
}

RunConfig runConfigFromJson(const Json& json, const std::string& where) {
  return ConfigReader().read(json, where);
}

RunConfig ConfigReader::read(const Json& json, const std::string& where) {
  refuseUnknownKeys(json, {"experiment", "recipe", "method", "seed", "runtime"}, where);
  for (const char* key : {"recipe", "method", "seed"})
    if (!json.find(key)) throw UsageError(fmt::format("{}: the key '{}' is missing", where, key));
  RunConfig config;
  config.experiment = storedName(json, "experiment", where);
  config.recipe = readRecipe(json.at("recipe"), where + ": recipe");
  config.method = methods_.of(json.at("method"),
                              [&](const Json& method) { return methodFromJson(method, where + ": method"); });
  const Json& seed = json.at("seed");
  if (!seed.isInt())
    throw UsageError(fmt::format("{}: seed: a whole number expected, {} found", where, foundText(seed)));
  config.seed = seed.asInt();
  if (const Json* runtime = json.find("runtime")) {
    if (runtimeJson_.isNull() || !(*runtime == runtimeJson_)) {
      runtime_ = settingsFromJson<Runtime>(*runtime, where + ": runtime");
      runtimeJson_ = *runtime;
    }
    config.runtime = runtime_;
  }
  return config;
}

std::string methodIdentity(const Choice& method) {
  Json json = choiceToJson(method);
  const Json* policy = json.find("policy");
  const Json* hash = policy && policy->isObject() ? policy->find("sha256") : nullptr;
  if (hash && !(*hash == Json(""))) json["policy"]["file"] = Json();  // it is what it holds, wherever it lies
  return json.dump();
}

std::string configHash(const RunConfig& config) {
  return sha256(recipeHash(config.recipe) + methodIdentity(config.method));
}

std::string configHashWithPath(const RunConfig& config) {
  return sha256(recipeHash(config.recipe) + choiceToJson(config.method).dump());
}

bool isHashOf(const std::string& hash, const RunConfig& config) {
  return hash == configHash(config) || hash == configHashWithPath(config);
}

CostEstimate estimateCost(const RunConfig& config) {
  const DatasetEntry& data = findDataset(config.recipe.dataset.name);
  const auto& settings = config.recipe.dataset.as<DataSettings>();
  const ImageSize size{data.width, data.height};
  const Input input = inputOf(config.recipe, size);
  const auto space = makeSpace(config, input, size);
  const Passes passes = findMethod(config.method.name).passes(config.method, *space);

  const std::int64_t images = settings.trainLimit > 0
                                  ? std::min<std::int64_t>(settings.trainLimit, data.trainImages)
                                  : data.trainImages;
  const Training& training = config.recipe.training;
  CostEstimate cost;
  cost.steps = training.epochs * ((images + training.batch - 1) / training.batch);
  cost.relativeToRaUc = passes.relativeToRaUc();
  cost.forwardEquivalents = 3 * cost.relativeToRaUc * static_cast<double>(cost.steps);
  cost.parameters = findModel(config.recipe.model.name)
                        .parameters(config.recipe.model, {.classes = data.classes, .input = input});
  return cost;
}

}  // namespace uada
