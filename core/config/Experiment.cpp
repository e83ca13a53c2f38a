#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/augment/Space.h"
#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/JsonText.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/config/DeviceName.h"
#include "core/config/ModelFiles.h"
#include "core/config/RunConfig.h"
#include "core/config/SetValue.h"
#include "core/config/Sweep.h"
#include "core/data/Dataset.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/tasks/Task.h"
#include "core/settings/SettingError.h"

namespace uada {
namespace {

const std::vector<std::string> kKeys{"name",    "title", "recipe",  "recipes",
                                     "methods", "seeds", "runtime", "tables"};

/// A text on one line that every file and table can hold; "" if it is not there.
std::string text(const Json& json, const char* key, std::size_t most, const std::string& where) {
  const Json* value = json.find(key);
  if (!value) return "";
  if (!value->isString())
    throw UsageError(fmt::format("{}: {}: a text expected, {} found", where, key, foundText(*value)));
  const std::string& text = value->asString();
  if (text.size() > most)
    throw UsageError(fmt::format("{}: {}: '{}' has {} bytes, at most {} allowed; shorten it", where, key,
                                 quotable(text), groupedText(static_cast<long long>(text.size())), most));
  if (!isPlainLine(text))
    throw UsageError(
        fmt::format("{}: {}: '{}' has ends of lines, control characters or marks of direction; "
                    "remove them",
                    where, key, quotable(text)));
  return text;
}

/// A member that is an array and not empty.
const Json::Array& list(const Json& json, const char* key, const std::string& where) {
  const Json* value = json.find(key);
  if (!value || !value->isArray() || value->asArray().empty())
    throw UsageError(fmt::format("{}: the key '{}' must be an array with at least one entry{}", where, key,
                                 !value             ? ""
                                 : value->isArray() ? ", none found"
                                                    : fmt::format(", {} found", foundText(*value))));
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
                      where, i, quotable(entries[i].name), first->second));
}

Recipe readRecipe(const Json& json, const std::string& where) {
  text(json, "name", kMaxNameBytes, where);
  Recipe recipe = newRecipeFromJson(json, where);
  pinModelFiles(recipe.model, where + ".model");
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

/// The file that the method's policy is made of, with its hash stored in the settings; null: it is no
/// file.
std::shared_ptr<const PolicyFile> readPolicyFile(Choice& method, const std::vector<PolicyFile>& kept,
                                                 const std::string& where) {
  Choice policy = policyOf(method);
  if (!findPolicy(policy.name).isFile) return nullptr;
  const std::string name = policy.settings().at("file").asString(),
                    hash = policy.settings().at("sha256").asString();
  auto file = std::make_shared<const PolicyFile>(choosePolicyFile(name, hash, kept, where + ".policy"));
  const FoundPolicy found = policyIn(*file);  // refuses a damaged one before any run starts
  if (policy.settings().at("as_published").asBool() && !hasPublishedErrors(found))
    throw SettingError(
        where + ".policy", "as_published",
        fmt::format("true has no effect with file {}, whose published code has no known errors; leave it out",
                    quotable(name)));
  policy.set("sha256", file->sha256);
  method.set("policy", choiceToJson(policy));
  return file;
}

/// Also of a method that is unknown.
bool takesPolicy(const Json& method) {
  const Json* name = method.find("name");
  const auto isNamed = [&](const MethodEntry& known) { return name && *name == Json(known.name); };
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
        throw SettingError(
            where, key,
            fmt::format("'{}' is a policy file by itself; leave '{}' out, or give the name 'found'",
                        name->asString(), key));
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
    methods.push_back(newMethodFromJson(withNamedPolicy(item, kept, place + ".policy"), place));
    experiment.policyFiles.push_back(readPolicyFile(methods.back(), kept, place));
  }
  refuseRepeated(methods, methodIdentity, where + ": methods");
}

std::vector<std::int64_t> readSeeds(const Json& json, const std::string& where) {
  std::vector<std::int64_t> seeds;
  std::set<std::int64_t> seen;
  for (const Json& item : list(json, "seeds", where)) {
    const auto seed = wholeNumber(item);
    if (!seed || *seed < 0)
      throw UsageError(
          fmt::format("{}: seeds: whole numbers from 0 expected, {} found", where, foundText(item)));
    if (!seen.insert(*seed).second)
      throw UsageError(fmt::format("{}: seeds: {} stands there twice; remove one", where, *seed));
    seeds.push_back(*seed);
  }
  return seeds;
}

std::vector<int> readTables(const Json& json, const std::string& where) {
  std::vector<int> tables;
  const Json* given = json.find("tables");
  if (!given) return tables;
  if (!given->isArray())
    throw UsageError(fmt::format("{}: tables: an array of numbers 1 to 9 expected, such as [2, 3], {} found",
                                 where, foundText(*given)));
  for (const Json& item : given->asArray()) {
    const auto number = wholeNumber(item);
    if (!number || *number < 1 || *number > 9)
      throw UsageError(fmt::format("{}: tables: numbers 1 to 9 expected, {} found", where, foundText(item)));
    tables.push_back(static_cast<int>(*number));
  }
  return tables;
}

/// The last one would hide the first.
void refuseSetTwice(const std::vector<std::string>& overrides) {
  std::map<std::string, std::string> seen;
  for (const std::string& override : overrides) {
    const std::string key = override.substr(0, override.find('='));
    if (const auto [first, isNew] = seen.emplace(key, override); !isNew && first->second != override)
      throw UsageError(
          fmt::format("--set {}: the same key was set before, by --set {}; leave one of the two out",
                      quotable(override), quotable(first->second)));
  }
}

/// A padded crop leaves the images their size, which must then be the input's.
void requireFittingCrops(const Experiment& experiment, const std::string& where) {
  Experiment one = experiment;
  one.seeds = {1};
  for (const RunConfig& run : expand(one)) {
    const DatasetEntry& data = findDataset(run.recipe.dataset.name);
    const ImageSize images{data.width, data.height};
    const Input input = inputOf(run.recipe, images, where);
    // What a folder holds is only known once it is opened.
    if (images.empty() || input.size() == images || makeSpace(run, input, images)->takesAnySize()) continue;
    throw UsageError(fmt::format(
        "{}: recipe.input: {} x {} pixels with method {}, whose policy {} draws a padded crop of images of "
        "that size, but those of {} have {} x {}; {}leave the input out",
        where, input.width, input.height, run.method.name, policyOf(run.method).name, data.name, images.width,
        images.height,
        findMethod(run.method.name).policySetting == PolicySetting::fixed
            ? "the method's policy is fixed: "
            : "give a policy with crop resized, or "));
  }
}

/// A method may know one task alone.
void requireFittingTasks(const Experiment& experiment, const std::string& where) {
  for (const Recipe& recipe : experiment.recipes)
    for (const Choice& method : experiment.methods) {
      const MethodEntry& entry = findMethod(method.name);
      if (entry.task.empty() || entry.task == taskOf(recipe).name) continue;
      throw UsageError(
          fmt::format("{}: the method {} learns {} alone, but the recipe's model {} learns {}; leave the "
                      "method out, or choose a model for {}",
                      where, method.name, entry.task, recipe.model.name, taskOf(recipe).name, entry.task));
    }
}

/// Before memory is taken for each run.
void refuseTooMany(const Experiment& experiment, const std::string& where) {
  const std::size_t recipes = experiment.recipes.size(), methods = experiment.methods.size(),
                    seeds = experiment.seeds.size();
  const std::size_t runs = recipes * methods * seeds;
  const auto count = [](std::size_t number) { return groupedText(static_cast<long long>(number)); };
  if (runs > kMaxRuns)
    throw UsageError(
        fmt::format("{}: {} recipes with {} methods and {} seeds are {} runs, at most {} allowed; "
                    "split it into several experiments",
                    where, count(recipes), count(methods), count(seeds), count(runs), count(kMaxRuns)));
}

/// A file that is no JSON is wrong use like a wrong key in it; one that cannot be read is not.
Json readOwnJson(const std::filesystem::path& file) {
  constexpr std::size_t kMost = 4u << 20;  // bytes, as much as parseJson() takes
  const std::string text = readTextFile(file, kMost);
  try {
    return parseJson(text, file.string());
  } catch (const LimitError&) {
    throw;
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

/// What the file holds that a recipe is given as, which lies beside the experiment. It is read strictly by
/// itself, so that what is wrong with it is told by its own name.
Json recipeInFile(const std::string& name, const std::string& file, const std::string& key) {
  const std::filesystem::path path = std::filesystem::path(file).parent_path() / name;
  if (std::error_code ignored; name.empty() || !std::filesystem::is_regular_file(path, ignored))
    throw UsageError(
        fmt::format("{}: {}: there is no recipe file '{}'; give an object, or a path from the experiment's "
                    "folder such as \"recipes/r18-cifar10.json\"",
                    file, key, quotable(path.string())));
  Json recipe = readOwnJson(path);
  readRecipe(recipe, path.string());
  return recipe;
}

/// Before settings are overridden, so that these may change what the files say.
void readRecipeFiles(Json& json, const std::string& file) {
  if (const Json* recipe = json.find("recipe"); recipe && recipe->isString())
    json["recipe"] = recipeInFile(recipe->asString(), file, "recipe");
  const Json* given = json.find("recipes");
  if (!given || !given->isArray()) return;
  Json recipes = Json::array();
  for (const Json& item : given->asArray())
    recipes.push(item.isString() ? recipeInFile(item.asString(), file,
                                                fmt::format("recipes[{}]", recipes.asArray().size()))
                                 : item);
  json["recipes"] = std::move(recipes);
}

}  // namespace

Experiment experimentFromJson(const Json& json, const std::string& where,
                              const std::vector<PolicyFile>& kept) {
  refuseUnknownKeys(json, kKeys, where);
  Experiment experiment;
  experiment.name = text(json, "name", kMaxNameBytes, where);
  if (experiment.name.find_first_not_of(' ') == std::string::npos)
    throw UsageError(fmt::format("{}: the key 'name' is {}", where, json.find("name") ? "empty" : "missing"));
  experiment.title = text(json, "title", kMaxTitleBytes, where);
  experiment.recipes = readRecipes(json, where);
  readMethods(experiment, json, kept, where);
  experiment.seeds = readSeeds(json, where);
  refuseTooMany(experiment, where);
  requireFittingTasks(experiment, where);
  requireFittingCrops(experiment, where);
  if (const Json* runtime = json.find("runtime"))
    experiment.runtime = settingsFromJson<Runtime>(*runtime, where + ": runtime");
  requireUsable(fieldsOf<Runtime>(), settingsToJson(experiment.runtime), where + ": runtime");
  parseDeviceName(experiment.runtime.device, where + ": runtime.device");
  experiment.tables = readTables(json, where);
  return experiment;
}

Json readExperimentJson(const std::string& file, const std::vector<std::string>& overrides) {
  Json json = readOwnJson(file);
  refuseSetTwice(overrides);
  readRecipeFiles(json, file);
  for (const std::string& override : overrides) setValue(json, override);
  return json;
}

Experiment readExperiment(const std::string& file, const std::vector<std::string>& overrides,
                          const std::vector<PolicyFile>& kept) {
  return experimentFromJson(readExperimentJson(file, overrides), file, kept);
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
