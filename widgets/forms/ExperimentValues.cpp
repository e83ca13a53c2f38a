#include <QLineEdit>
#include <algorithm>
#include <set>

#include "core/base/Error.h"
#include "core/engine/Engine.h"
#include "core/engine/methods/MethodEntry.h"
#include "widgets/forms/ChoiceCards.h"
#include "widgets/forms/ExperimentForm.h"
#include "widgets/forms/FieldEditor.h"
#include "widgets/forms/FileReading.h"
#include "widgets/forms/MethodsForm.h"
#include "widgets/forms/RunPlan.h"
#include "widgets/forms/SettingsForm.h"
#include "widgets/forms/SweepBar.h"
#include "widgets/models/Words.h"

// What stands in the form, as an experiment and as a state.

namespace uada {

std::string ExperimentForm::dataset() const { return data_->chosen().toStdString(); }
std::string ExperimentForm::dataFolder() const { return dataForm_->values().at("folder").asString(); }
std::string ExperimentForm::model() const { return model_->chosen().toStdString(); }

/// What an experiment file has for the chosen card and its settings.
static Json choiceJson(const ChoiceCards* cards, const SettingsForm* form) {
  return choiceToJson(cards->chosen().toStdString(), form->values());
}

Json ExperimentForm::recipeJson() const {
  Json recipe = Json::object();
  if (!recipeName_.empty()) recipe["name"] = recipeName_;
  recipe["dataset"] = choiceJson(data_, dataForm_);
  recipe["input"] = input_->values();
  recipe["model"] = choiceJson(model_, modelForm_);
  recipe["optimiser"] = choiceJson(optimiser_, optimiserForm_);
  recipe["schedule"] = choiceJson(schedule_, scheduleForm_);
  recipe["training"] = training_->values();
  return recipe;
}

/// From the top of the page.
std::vector<SweptSetting> ExperimentForm::sweeps() const {
  std::vector<SweptSetting> all;
  for (const Part& part : recipeParts())
    for (SweptSetting& one : part.form->sweeps())
      all.push_back({"recipe." + part.key + "." + one.key, std::move(one.values)});
  std::ranges::move(methods_->sweeps(), std::back_inserter(all));
  return all;
}

static std::string usualName(const std::string& recipe, const Json& methods) {
  std::string name = recipe;
  for (const Json& method : methods.asArray())
    name += "-" + (method.isString() ? method.asString() : method.at("name").asString());
  return name.size() <= kMaxNameBytes ? name : recipe + "-comparison";
}

Json ExperimentForm::toJson() const {
  Json json = Json::object();
  const Json recipe = recipeJson(), methods = methods_->methods();
  std::string name = name_->text().trimmed().toStdString();
  if (name.empty()) name = usualName(recipeFromJson(recipe, "new run: recipe").name, methods);
  json["name"] = name;
  json["title"] = title_;
  json["recipes"] = Json::array();
  json["recipes"].push(recipe);
  json["methods"] = methods;
  json["seeds"] = Json::array();
  for (const std::int64_t seed : seedsFromText(seeds_->text().toStdString())) json["seeds"].push(seed);
  json["runtime"] = runtime_->values();
  json["tables"] = Json::array();
  for (const int table : tables_) json["tables"].push(table);
  const std::vector<SweptSetting> swept = sweeps();
  if (swept.empty()) return json;
  Json& sweep = json["sweep"] = Json::object();
  sweep["settings"] = Json::object();
  for (const SweptSetting& setting : swept) sweep["settings"][setting.key] = uada::toJson(setting.values);
  sweepBar_->write(sweep);
  return json;
}

SweptExperiment ExperimentForm::experiment() const {
  if (methods_->first().empty()) throw UsageError("new run: no method is ticked; tick one or more");
  const Json json = toJson();
  if (reading_) reading_->require(json);
  return sweptFromJson(json, "new run", reading_ ? reading_->known(kept_) : kept_);
}

/// The one setting in which complete settings of a method differ; "": they differ in none, or in more.
static std::string differingKey(const Choice& a, const Choice& b) {
  std::set<std::string> keys;
  for (const Choice* one : {&a, &b})
    for (const auto& [key, value] : one->settings().asObject()) {
      const Json *left = a.settings().find(key), *right = b.settings().find(key);
      if (!left || !right || *left != *right) keys.insert(key);
    }
  return keys.size() == 1 ? *keys.begin() : std::string();
}

static Json valueOf(const Choice& method, const std::string& key) {
  if (const Json* value = method.settings().find(key)) return *value;
  for (const FieldValue& field : findMethod(method.name).fields)
    if (field.field.name == key) return field.value;
  return {};
}

SweptExperiment ExperimentForm::folded(SweptExperiment experiment) {
  if (!experiment.sweep.settings.empty()) return experiment;
  Experiment& base = experiment.base;
  std::vector<Choice> methods;
  std::vector<SweptSetting> sweeps;
  for (std::size_t i = 0; i < base.methods.size(); ++i) {
    const Choice& method = base.methods[i];
    const auto same = std::ranges::find(methods, method.name, &Choice::name);
    if (same == methods.end()) {
      methods.push_back(method);
      continue;
    }
    const std::string key = differingKey(*same, method);
    if (key.empty() || key == "policy") return experiment;
    const std::string place = "methods." + std::to_string(same - methods.begin()) + "." + key;
    auto sweep = std::ranges::find(sweeps, place, &SweptSetting::key);
    if (sweep == sweeps.end()) sweep = sweeps.insert(sweeps.end(), {place, {{valueOf(*same, key)}, {}}});
    sweep->values.list.push_back(valueOf(method, key));
  }
  for (const SweptSetting& one : sweeps)  // of a method that differs in another setting each time
    for (const SweptSetting& other : sweeps)
      if (one.key != other.key && one.key.substr(0, 10) == other.key.substr(0, 10)) return experiment;
  if (sweeps.empty()) return experiment;
  base.methods = std::move(methods);
  experiment.sweep.settings = std::move(sweeps);
  return experiment;
}

QString ExperimentForm::whyNot(const SweptExperiment& experiment) {
  const Experiment& base = experiment.base;
  if (base.recipes.size() > 1) return tr("This experiment has %1 recipes.").arg(base.recipes.size());
  std::set<std::string> names;
  for (const Choice& method : base.methods)
    if (!names.insert(method.name).second)
      return tr("This experiment has the method %1 more than once.").arg(q(method.name));
  return {};
}

void ExperimentForm::showRecipe(const Recipe& recipe) {
  data_->choose(q(recipe.dataset.name));
  dataForm_->setValues(recipe.dataset.settings());
  model_->choose(q(recipe.model.name));
  modelForm_->setValues(recipe.model.settings());
  training_->setValues(settingsToJson(recipe.training));
  optimiser_->choose(q(recipe.optimiser.name));
  optimiserForm_->setValues(recipe.optimiser.settings());
  schedule_->choose(q(recipe.schedule.name));
  scheduleForm_->setValues(recipe.schedule.settings());
  input_->setValues(settingsToJson(recipe.input));
  recipeName_.clear();
  const std::string usual = recipeFromJson(recipeJson(), "recipe").name;
  if (recipe.name != usual) recipeName_ = recipe.name;
}

void ExperimentForm::setRecipe(const Recipe& recipe) {
  loading_ = true;
  showRecipe(recipe);
  loading_ = false;
  change();
}

/// Those of several recipes are of the one that there is.
bool ExperimentForm::setSweep(const SweptSetting& setting) {
  for (const Part& part : recipeParts())
    for (const char* start : {"recipe.", "recipes.0."}) {
      const std::string prefix = start + part.key + ".";
      if (!setting.key.starts_with(prefix)) continue;
      FieldEditor* const editor = part.form->editor(setting.key.substr(prefix.size()));
      return editor && editor->setSweep(setting.values);
    }
  return methods_->setSweep(setting);
}

void ExperimentForm::setExperiment(const SweptExperiment& experiment) {
  const Experiment& base = experiment.base;
  if (base.recipes.empty() || base.methods.empty()) return;
  loading_ = true;
  const Recipe& recipe = base.recipes.front();
  title_ = base.title;
  tables_ = base.tables;
  std::vector<Choice> methods;
  for (const Choice& method : base.methods)
    if (std::ranges::find(methods, method.name, &Choice::name) == methods.end()) methods.push_back(method);
  showRecipe(recipe);
  methods_->setMethods(methods);
  runtime_->setValues(settingsToJson(base.runtime));
  const bool isUsual = base.name == usualName(recipe.name, methods_->methods());
  name_->setText(isUsual ? QString() : q(base.name));
  seeds_->setText(q(seedsText(base.seeds)));
  sweepBar_->show(experiment.sweep);
  QStringList unseen;
  for (const SweptSetting& setting : experiment.sweep.settings)
    if (!setSweep(setting)) unseen << q(setting.key);
  loading_ = false;
  change();
  if (!unseen.isEmpty())
    throw UsageError(
        tr("The form cannot sweep %1; edit the experiment as JSON").arg(unseen.join(", ")).toStdString());
}

static std::vector<FieldOption> deviceOptions(const std::vector<DeviceInfo>& devices) {
  const auto known = [](const DeviceInfo& device) { return q(device.name) + ": " + q(device.title); };
  std::vector<FieldOption> options{
      {"auto", devices.empty() ? QObject::tr("auto") : QObject::tr("auto: cpu"), {}}};
  for (const DeviceInfo& device : devices) {
    if (!device.usable) continue;
    const bool isGpu = device.name.starts_with("cuda");
    if (isGpu && options.front().text == QObject::tr("auto: cpu"))
      options.front().text = QObject::tr("auto: %1, %2").arg(q(device.name), q(device.title));
    options.push_back({device.name, known(device), {}});
  }
  if (options.size() == 1) options.push_back({"cpu", "cpu", {}});
  return options;
}

void ExperimentForm::setDevices(const std::vector<DeviceInfo>& devices) {
  runtime_->editor("device")->offer(deviceOptions(devices));
}

// ---- state

Json ExperimentForm::state() const {
  Json state = Json::object();
  state["cards"] = Json::object();
  for (const ChoiceCards* cards : {data_, model_, optimiser_, schedule_})
    state["cards"][cards->objectName().toStdString()] = cards->chosen().toStdString();
  for (const Part& part : recipeParts()) state[part.key] = part.form->state();
  state["runtime"] = runtime_->state();
  state["methods"] = methods_->state();
  state["seeds"] = Json::Object{{"text", seeds_->text().toStdString()}};
  state["name"] = Json::Object{{"text", name_->text().toStdString()}};
  state["sweep"] = sweepBar_->state();
  Json& kept = state["kept"] = Json::object();
  kept["title"] = title_;
  kept["recipe"] = recipeName_;
  kept["tables"] = Json::array();
  for (const int table : tables_) kept["tables"].push(table);
  return state;
}

void ExperimentForm::setState(const Json& state) {
  loading_ = true;
  try {
    for (ChoiceCards* cards : {data_, model_, optimiser_, schedule_})
      cards->choose(q(state.at("cards").at(cards->objectName().toStdString()).asString()));
    for (const Part& part : recipeParts()) part.form->setState(state.at(part.key));
    runtime_->setState(state.at("runtime"));
    methods_->setState(state.at("methods"));
    seeds_->setText(q(state.at("seeds").at("text").asString()));
    name_->setText(q(state.at("name").at("text").asString()));
    sweepBar_->setState(state.at("sweep"));
    const Json& kept = state.at("kept");
    title_ = kept.at("title").asString();
    recipeName_ = kept.at("recipe").asString();
    tables_.clear();
    for (const Json& table : kept.at("tables").asArray()) tables_.push_back(static_cast<int>(table.asInt()));
  } catch (const Error&) {
    loading_ = false;
    change();
    throw;
  }
  loading_ = false;
  change();
}

}  // namespace uada
