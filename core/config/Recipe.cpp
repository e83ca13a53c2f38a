#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/Catalog.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Printable.h"
#include "core/config/ConfigReader.h"
#include "core/config/ModelFiles.h"
#include "core/config/RunConfig.h"
#include "core/config/StoredName.h"
#include "core/data/Dataset.h"
#include "core/data/PictureTargets.h"
#include "core/engine/models/Model.h"
#include "core/engine/optimisers/Sgd.h"
#include "core/engine/schedules/ConstantSchedule.h"
#include "core/engine/schedules/CosineSchedule.h"
#include "core/engine/schedules/StepSchedule.h"
#include "core/engine/tasks/Task.h"
#include "core/settings/SettingError.h"

namespace uada {
namespace {

/// Hands fields on with more that leaves them without effect.
class WithUnless : public SettingsVisitor {
 public:
  WithUnless(SettingsVisitor& to, std::vector<Unless> more) : to_(to), more_(std::move(more)) {}
  void field(const Field& field, bool& value) override { to_.field(extended(field), value); }
  void field(const Field& field, int& value) override { to_.field(extended(field), value); }
  void field(const Field& field, double& value) override { to_.field(extended(field), value); }
  void field(const Field& field, std::string& value) override { to_.field(extended(field), value); }
  void field(const Field& field, std::vector<double>& value) override { to_.field(extended(field), value); }

 private:
  Field extended(Field field) const {
    field.unless.insert(field.unless.end(), more_.begin(), more_.end());
    return field;
  }
  SettingsVisitor& to_;
  std::vector<Unless> more_;
};

/// `training` as it was before optimiser and schedule were choices.
struct OldTraining {
  Training training;
  Sgd sgd;
  std::string schedule = StepSchedule::kName;
  StepSchedule steps;

  void visit(SettingsVisitor& v) {
    training.visit(v);
    sgd.visit(v);
    const Unless noRate{"learning_rate", 0.0};
    v.field({.name = "schedule",
             .title = "Schedule",
             .help = "Of the learning rate",
             .choices = {StepSchedule::kName, CosineSchedule::kName, ConstantSchedule::kName},
             .unless = {noRate}},
            schedule);
    WithUnless ofSteps(v,
                       {{"schedule", CosineSchedule::kName}, {"schedule", ConstantSchedule::kName}, noRate});
    steps.visit(ofSteps);
  }
};

/// Whether older versions recorded the settings of `step` with the schedule, which has none itself.
bool isRecordedWithSteps(const std::string& schedule) {
  return schedule == CosineSchedule::kName || schedule == ConstantSchedule::kName;
}

/// Of the settings S.
template <class S>
const std::vector<std::string>& keysOf() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> names;
    for (const FieldValue& known : fieldsOf<S>()) names.push_back(known.field.name);
    return names;
  }();
  return keys;
}

const Json& usualSteps() {
  static const Json usual = settingsToJson(StepSchedule{});
  return usual;
}

/// The first of the keys that the object has; null: none.
const std::string* firstGiven(const Json* json, const std::vector<std::string>& keys) {
  if (!json || !json->isObject()) return nullptr;
  const auto given = std::ranges::find_if(keys, [&](const std::string& key) { return json->find(key); });
  return given == keys.end() ? nullptr : &*given;
}

/// Whether `training` has settings that are now those of optimiser or schedule.
bool isOld(const Json* training) {
  return firstGiven(training, keysOf<Sgd>()) || firstGiven(training, {"schedule"}) ||
         firstGiven(training, keysOf<StepSchedule>());
}

void refuseBoth(const Json* training, const std::vector<std::string>& keys, const char* owner,
                const std::string& where) {
  if (const std::string* key = firstGiven(training, keys))
    throw SettingError(where + ".training", *key,
                       fmt::format("the recipe has '{0}', too; say it there alone, as recipe.{0}", owner));
}

/// Takes epochs, batch, optimiser and schedule, in the present form or the old one.
void readTraining(Recipe& recipe, const Json& json, const std::string& where) {
  const Json *training = json.find("training"), *optimiser = json.find("optimiser"),
             *schedule = json.find("schedule");
  const std::string place = where + ".training";
  OldTraining old;
  if (isOld(training))
    old = settingsFromJson<OldTraining>(*training, place);
  else if (training)
    old.training = settingsFromJson<Training>(*training, place);
  recipe.training = old.training;
  if (optimiser) {
    refuseBoth(training, keysOf<Sgd>(), "optimiser", where);
    recipe.optimiser = optimiserFromJson(*optimiser, where + ".optimiser");
  } else {
    recipe.optimiser = Choice(Sgd::kName, old.sgd);
  }
  if (schedule) {
    refuseBoth(training, {"schedule"}, "schedule", where);
    recipe.schedule = scheduleFromJson(*schedule, where + ".schedule");
    if (!isRecordedWithSteps(recipe.schedule.name))
      refuseBoth(training, keysOf<StepSchedule>(), "schedule", where);
  } else {
    const bool isStep = old.schedule == StepSchedule::kName;
    recipe.schedule = findSchedule(old.schedule)
                          .read(old.schedule, isStep ? settingsToJson(old.steps) : Json::object(), place);
  }
  if (!isRecordedWithSteps(recipe.schedule.name)) return;
  for (const FieldValue& known : fieldsOf(old.steps))
    if (!(known.value == usualSteps().at(known.field.name))) recipe.idle[known.field.name] = known.value;
}

Choice datasetFromJson(const Json& json, const std::string& where) {
  const NamedSettings given = namedSettings(json, where);
  findEntry(datasets(), given.name, "dataset", where);
  return readChoice<DataSettings>(given.name, given.settings, where);
}

/// The task that the model learns; one that is stated must be that.
Choice taskFromJson(const Json* json, const Choice& model, const std::string& where) {
  const std::string& learnt = findModel(model.name).task;
  const NamedSettings given =
      json ? namedSettings(*json, where, learnt) : NamedSettings{learnt, Json::object()};
  const Task& task = findEntry(tasks(), given.name, "task", where);
  if (given.name != learnt)
    throw UsageError(
        fmt::format("{}: {} found, but the model {} learns {}; leave the task out, or choose a "
                    "model that learns it",
                    where, given.name, model.name, learnt));
  return task.read(given.name, given.settings, where);
}

std::string shortDataset(const std::string& name) {
  static const std::map<std::string, std::string> known{
      {"cifar10", "c10"}, {"cifar100", "c100"}, {"fashion_mnist", "fmnist"}};
  const auto it = known.find(name);
  return it == known.end() ? name : it->second;
}

/// What has several ways to be said is recorded in one: a limit of the whole set or more is none, and the
/// input as large as the images is not stated.
void sayInOneWay(Recipe& recipe) {
  const DatasetEntry& entry = findDataset(recipe.dataset.name);
  for (const auto& [key, images] :
       {std::pair{"train_limit", entry.trainImages}, {"test_limit", entry.testImages}})
    if (images > 0 && recipe.dataset.settings().at(key).asInt() >= images) recipe.dataset.set(key, 0);
  InputSettings& input = recipe.input;
  const auto size = [](int stated, int own) { return stated == 0 ? own : stated; };
  if (size(input.height, entry.height) == entry.height && size(input.width, entry.width) == entry.width)
    input.height = input.width = 0;
}

/// Each setting that another one leaves without effect, of one owner or of two.
void requireUsableTraining(const Recipe& recipe, const Json& json, const std::string& where) {
  if (isOld(json.find("training")))
    requireUsable(fieldsOf<OldTraining>(), trainingJson(recipe), where + ".training");
  const Optimiser& optimiser = findOptimiser(recipe.optimiser.name);
  requireUsable(optimiser.fields, recipe.optimiser.settings(), where + ".optimiser");
  requireUsable(findSchedule(recipe.schedule.name).fields, recipe.schedule.settings(), where + ".schedule");
  if (recipe.training.warmupEpochs >= recipe.training.epochs && recipe.training.warmupEpochs > 0)
    throw SettingError(where + ".training", "warmup_epochs",
                       fmt::format("{} found, fewer than the {} epochs of the training expected",
                                   recipe.training.warmupEpochs, recipe.training.epochs));
  if (optimiser.learningRate(recipe.optimiser) == 0 && !(recipe.schedule == usualSchedule()))
    throw SettingError(where + ".optimiser", "learning_rate",
                       fmt::format("0 leaves the schedule {} without effect; leave one of the two out",
                                   recipe.schedule.name));
}

}  // namespace

Recipe recipeFromJson(const Json& json, const std::string& where) {
  return ConfigReader().readRecipe(json, where);
}

Recipe ConfigReader::readRecipe(const Json& json, const std::string& where) {
  refuseUnknownKeys(json, {"name", "dataset", "input", "model", "task", "optimiser", "schedule", "training"},
                    where);
  for (const char* key : {"dataset", "model"})
    if (!json.find(key)) throw UsageError(fmt::format("{}: the key '{}' is missing", where, key));
  Recipe recipe;
  recipe.dataset = datasets_.of(
      json.at("dataset"), [&](const Json& dataset) { return datasetFromJson(dataset, where + ".dataset"); });
  if (const Json* input = json.find("input"))
    recipe.input = settingsFromJson<InputSettings>(*input, where + ".input");
  recipe.model =
      models_.of(json.at("model"), [&](const Json& model) { return modelFromJson(model, where + ".model"); });
  recipe.task = taskFromJson(json.find("task"), recipe.model, where + ".task");
  readTraining(recipe, json, where);
  recipe.name = storedName(json, "name", where);
  if (recipe.name.empty())
    recipe.name =
        findModel(recipe.model.name).shortName(recipe.model) + "-" + shortDataset(recipe.dataset.name);
  return recipe;
}

Recipe newRecipeFromJson(const Json& json, const std::string& where) {
  Recipe recipe = recipeFromJson(json, where);
  requireUsable(fieldsOf<DataSettings>(), recipe.dataset.settings(), where + ".dataset");
  requireUsable(findModel(recipe.model.name).fields, recipe.model.settings(), where + ".model");
  requireUsableTraining(recipe, json, where);
  // A stored run may have such a limit, and is still to be read: so this is not part of the setting's range.
  if (recipe.dataset.as<DataSettings>().trainLimit == 1)
    throw SettingError(where + ".dataset", "train_limit",
                       "1 found, at least 2 expected, or 0 for all images");
  sayInOneWay(recipe);
  const DatasetEntry& data = findDataset(recipe.dataset.name);
  requireTargets(recipe, data, where);
  inputOf(recipe, {data.width, data.height}, where);
  return recipe;
}

Json recipeToJson(const Recipe& recipe) {
  Json json = Json::object();
  json["name"] = recipe.name;
  json["dataset"] = choiceToJson(recipe.dataset);
  if (const Json input = settingsToJson(recipe.input); !input.asObject().empty()) json["input"] = input;
  json["model"] = choiceToJson(recipe.model);
  json["task"] = choiceToJson(recipe.task);
  json["optimiser"] = choiceToJson(recipe.optimiser);
  json["schedule"] = choiceToJson(recipe.schedule);
  json["training"] = settingsToJson(recipe.training);
  for (const auto& [key, value] : recipe.idle.asObject()) json["training"][key] = value;
  return json;
}

Json trainingJson(const Recipe& recipe) {
  Json json = settingsToJson(recipe.training);
  const auto add = [&](const Json& settings) {
    for (const auto& [key, value] : settings.asObject()) json[key] = value;
  };
  if (recipe.optimiser.name != Sgd::kName) json["optimiser"] = recipe.optimiser.name;
  add(recipe.optimiser.settings());
  json["schedule"] = recipe.schedule.name;
  if (isRecordedWithSteps(recipe.schedule.name)) add(usualSteps());
  add(recipe.schedule.settings());
  add(recipe.idle);
  return json;
}

Json recipeIdentity(const Recipe& recipe) {
  Json json = Json::object();
  json["name"] = Json();
  json["dataset"] = choiceToJson(recipe.dataset);
  json["dataset"]["folder"] = Json();  // where the files lie is not what they are
  json["model"] = modelIdentity(recipe.model);
  json["training"] = trainingJson(recipe);
  if (const Json input = settingsToJson(recipe.input); !input.asObject().empty()) json["input"] = input;
  if (!recipe.task.settings().asObject().empty()) json["task"] = choiceToJson(recipe.task);
  return json;
}

std::string recipeHash(const Recipe& recipe) { return sha256(recipeIdentity(recipe).dump()); }

const Task& taskOf(const Recipe& recipe) { return findTask(findModel(recipe.model.name).task); }

void requireNormDevices(const Recipe& recipe, int ranks) {
  const int devices = recipe.training.normDevices;
  if (devices <= 1 || devices == ranks) return;
  throw SettingError(
      "recipe.training", "norm_devices",
      fmt::format("{} found, but the run has {}: start it with as many (uada run --ranks {}), or give 0 "
                  "for all that it has, or 1 for each by itself",
                  devices, ranks == 1 ? "one rank" : fmt::format("{} ranks", ranks), devices));
}

void requireTargets(const Recipe& recipe, const DatasetEntry& data, const std::string& where) {
  const Task& task = taskOf(recipe);
  if (canGive(data.target, task.target)) return;
  throw SettingError(
      where, "model",
      fmt::format(
          "{} learns {} from {} of each image, but {} has {}; choose another model, or another data set",
          recipe.model.name, task.name, targetText(task.target), data.name, targetText(data.target)));
}

Input inputOf(const Recipe& recipe, ImageSize images, const std::string& where) {
  const InputSettings& stated = recipe.input;
  const Input input{stated.height > 0 ? stated.height : images.height,
                    stated.width > 0 ? stated.width : images.width, stated.pad};
  if (input.size().empty())
    throw SettingError(where + ".input", "height",
                       fmt::format("height and width expected, since the images of {} have no size in common",
                                   recipe.dataset.name));
  if (input.height != input.width) {
    const bool isStated = stated.height > 0 || stated.width > 0;
    throw SettingError(
        where + ".input", "height",
        isStated
            ? fmt::format("{} found with width {}, a square expected; give both alike", input.height,
                          input.width)
            : fmt::format("none found, and the images have {} x {} pixels, a square expected; give height "
                          "and width alike",
                          input.width, input.height));
  }
  if (recipe.model.name.empty()) return input;  // of pictures that no network sees
  if (const std::string problem = findModel(recipe.model.name).inputProblem(input); !problem.empty())
    throw SettingError(where + ".input", "height", problem);
  return input;
}

double learningRate(const Recipe& recipe, int epoch, std::int64_t stepInEpoch, std::int64_t stepsPerEpoch) {
  const double initial = findOptimiser(recipe.optimiser.name).learningRate(recipe.optimiser);
  const Schedule& schedule = findSchedule(recipe.schedule.name);
  const int warm = recipe.training.warmupEpochs, rest = std::max(1, recipe.training.epochs - warm);
  if (epoch >= warm)
    return schedule.rate(recipe.schedule, initial, {epoch - warm, stepInEpoch, stepsPerEpoch, rest});
  const double first = schedule.rate(recipe.schedule, initial, {0, 0, stepsPerEpoch, rest});
  const double done = static_cast<double>(epoch * stepsPerEpoch + stepInEpoch + 1);
  return first * done / static_cast<double>(warm * stepsPerEpoch);
}

}  // namespace uada
