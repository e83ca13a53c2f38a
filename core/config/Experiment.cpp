#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/augment/Space.h"
#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "core/config/DeviceName.h"
#include "core/config/RunConfig.h"
#include "core/config/SetValue.h"
#include "core/engine/methods/Method.h"

namespace uada {
namespace {

const std::vector<std::string> kKeys{"name",    "title", "recipe",  "recipes",
                                     "methods", "seeds", "runtime", "tables"};

std::string text(const Json& json, const char* key, const std::string& where) {
  const Json* value = json.find(key);
  if (!value) return "";
  if (!value->isString())
    throw UsageError(fmt::format("{}: {}: a text expected, {} found", where, key, value->typeName()));
  return value->asString();
}

/// A member that is an array and not empty.
const Json::Array& list(const Json& json, const char* key, const std::string& where) {
  const Json* value = json.find(key);
  if (!value || !value->isArray() || value->asArray().empty())
    throw UsageError(fmt::format("{}: the key '{}' must be an array with at least one entry", where, key));
  return value->asArray();
}

/// Entries that would give the same runs are refused.
/// identityOf  of an entry with its settings completed: a text that is equal where the runs are
template <class Entry, class IdentityOf>
void refuseRepeated(const std::vector<Entry>& entries, const IdentityOf& identityOf,
                    const std::string& where) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (const auto [first, isNew] = seen.emplace(identityOf(entries[i]), i); !isNew)
      throw UsageError(
          fmt::format("{}[{}]: '{}' stands there twice with the same settings, first as entry [{}]; "
                      "remove one",
                      where, i, entries[i].name, first->second));
}

Recipe readRecipe(const Json& json, const std::string& where) {
  Recipe recipe = recipeFromJson(json, where);
  // A stored run may have such a limit, and is still to be read: so this is not part of the setting's range.
  if (recipe.dataset.settings.at("train_limit").asInt() == 1)
    throw UsageError(where + ".dataset.train_limit: 1 found, at least 2 expected, or 0 for all images");
  return recipe;
}

std::vector<Recipe> readRecipes(const Json& json, const std::string& where) {
  if (json.find("recipe") && json.find("recipes"))
    throw UsageError(fmt::format("{}: give 'recipe' or 'recipes', not both", where));
  if (const Json* one = json.find("recipe")) return {readRecipe(*one, where + ": recipe")};
  std::vector<Recipe> recipes;
  for (const Json& item : list(json, "recipes", where))
    recipes.push_back(readRecipe(item, fmt::format("{}: recipes[{}]", where, recipes.size())));
  refuseRepeated(recipes, recipeHash, where + ": recipes");
  return recipes;
}

/// The file that the method's policy is made of, with its hash taken down in the settings; null: it is no
/// file.
std::shared_ptr<const PolicyFile> readPolicyFile(Choice& method, const std::vector<PolicyFile>& kept,
                                                 const std::string& where) {
  const Choice policy = policyOf(method);
  if (!findPolicy(policy.name).isFile) return nullptr;
  const std::string &name = policy.settings.at("file").asString(),
                    &hash = policy.settings.at("sha256").asString();
  auto file = std::make_shared<const PolicyFile>(choosePolicyFile(name, hash, kept, where + ".policy"));
  policyIn(*file);  // refuses a damaged one before any run starts
  method.settings["policy"] = choiceToJson(policy);
  method.settings["policy"]["sha256"] = file->sha256;
  return file;
}

/// Also of a method that is unknown.
bool takesPolicy(const Json& method) {
  const Json* name = method.find("name");
  const auto isNamed = [&](const Method& known) { return name && *name == Json(known.name); };
  const auto known = std::ranges::find_if(methods(), isNamed);
  return known == methods().end() || known->policySetting != PolicySetting::fixed;
}

/// The method with its policy spelled out where a short name stands for a file: "policy": "my-import".
Json withNamedPolicy(const Json& method, const std::vector<PolicyFile>& kept, const std::string& where) {
  const Json* given = method.isObject() ? method.find("policy") : nullptr;
  const Json* name = given && given->isObject() ? given->find("name") : given;
  if (!name || !name->isString() || !takesPolicy(method))
    return method;  // what is wrong with it is said where it is read
  Json policy = namedPolicy(name->asString(), kept, where);
  if (given->isObject())
    for (const auto& [key, value] : given->asObject()) {
      if (key == "name") continue;
      if (policy.find(key))
        throw UsageError(
            fmt::format("{}.{}: '{}' is a policy file by itself; leave '{}' out, or give the name "
                        "'found'",
                        where, key, name->asString(), key));
      policy[key] = value;
    }
  Json spelledOut = method;
  spelledOut["policy"] = policy;
  return spelledOut;
}

void readMethods(Experiment& experiment, const Json& json, const std::vector<PolicyFile>& kept,
                 const std::string& where) {
  std::vector<Choice>& methods = experiment.methods;
  for (const Json& item : list(json, "methods", where)) {
    const std::string place = fmt::format("{}: methods[{}]", where, methods.size());
    methods.push_back(methodFromJson(withNamedPolicy(item, kept, place + ".policy"), place));
    experiment.policyFiles.push_back(readPolicyFile(methods.back(), kept, place));
  }
  refuseRepeated(
      methods, [](const Choice& method) { return choiceToJson(method).dump(); }, where + ": methods");
}

std::vector<std::int64_t> readSeeds(const Json& json, const std::string& where) {
  std::vector<std::int64_t> seeds;
  std::set<std::int64_t> seen;
  for (const Json& item : list(json, "seeds", where)) {
    if (!item.isInt() || item.asInt() < 0)
      throw UsageError(fmt::format("{}: seeds: whole numbers from 0 expected, {} found", where, item.dump()));
    if (!seen.insert(item.asInt()).second)
      throw UsageError(fmt::format("{}: seeds: {} stands there twice; remove one", where, item.asInt()));
    seeds.push_back(item.asInt());
  }
  return seeds;
}

std::vector<int> readTables(const Json& json, const std::string& where) {
  std::vector<int> tables;
  const Json* given = json.find("tables");
  if (!given) return tables;
  if (!given->isArray())
    throw UsageError(fmt::format("{}: tables: an array of numbers 1 to 9 expected, such as [2, 3], {} found",
                                 where, given->typeName()));
  for (const Json& item : given->asArray()) {
    if (!item.isInt() || item.asInt() < 1 || item.asInt() > 9)
      throw UsageError(fmt::format("{}: tables: numbers 1 to 9 expected, {} found", where, item.dump()));
    tables.push_back(static_cast<int>(item.asInt()));
  }
  return tables;
}

}  // namespace

Experiment experimentFromJson(const Json& json, const std::string& where,
                              const std::vector<PolicyFile>& kept) {
  refuseUnknownKeys(json, kKeys, where);
  Experiment experiment;
  experiment.name = text(json, "name", where);
  if (experiment.name.empty())
    throw UsageError(fmt::format("{}: the key 'name' is {}", where, json.find("name") ? "empty" : "missing"));
  experiment.title = text(json, "title", where);
  experiment.recipes = readRecipes(json, where);
  readMethods(experiment, json, kept, where);
  experiment.seeds = readSeeds(json, where);
  if (const Json* runtime = json.find("runtime"))
    experiment.runtime = settingsFromJson<Runtime>(*runtime, where + ": runtime");
  requireDeviceName(experiment.runtime.device, where + ": runtime.device");
  experiment.tables = readTables(json, where);
  return experiment;
}

Experiment readExperiment(const std::string& file, const std::vector<std::string>& overrides,
                          const std::vector<PolicyFile>& kept) {
  Json json = readJsonFile(file);
  for (const std::string& override : overrides) setValue(json, override);
  return experimentFromJson(json, file, kept);
}

Json toJson(const Experiment& experiment) {
  Json json = Json::object();
  json["name"] = experiment.name;
  json["title"] = experiment.title;
  json["recipes"] = Json::array();
  for (const Recipe& recipe : experiment.recipes) json["recipes"].push(recipeToJson(recipe));
  json["methods"] = Json::array();
  for (const Choice& method : experiment.methods) json["methods"].push(choiceToJson(method));
  json["seeds"] = Json::array();
  for (const auto seed : experiment.seeds) json["seeds"].push(seed);
  json["runtime"] = settingsToJson(experiment.runtime);
  json["tables"] = Json::array();
  for (const int table : experiment.tables) json["tables"].push(table);
  return json;
}

std::vector<RunConfig> expand(const Experiment& experiment) {
  std::vector<RunConfig> runs;
  for (const Recipe& recipe : experiment.recipes)
    for (const auto seed : experiment.seeds)
      for (std::size_t i = 0; i < experiment.methods.size(); ++i)
        runs.push_back({experiment.name, recipe, experiment.methods[i], seed, experiment.runtime,
                        i < experiment.policyFiles.size() ? experiment.policyFiles[i] : nullptr});
  return runs;
}

}  // namespace uada
