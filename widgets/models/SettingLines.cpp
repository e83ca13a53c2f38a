#include "widgets/models/SettingLines.h"

#include <map>

#include "core/augment/Space.h"
#include "core/config/FlatConfig.h"
#include "core/data/DataSettings.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/optimisers/Optimiser.h"
#include "core/engine/schedules/Schedule.h"
#include "core/engine/tasks/Task.h"
#include "widgets/models/Words.h"

namespace uada {
namespace {

struct Known {
  QString title, help, shownAtNone;
};
using KnownSettings = std::map<QString, Known>;

void add(KnownSettings& known, const QString& part, const std::vector<FieldValue>& fields) {
  for (const FieldValue& one : fields)
    known[part + "." + q(one.field.name)] = {q(one.field.title), q(one.field.help), q(one.field.shownAtNone)};
}

/// Of the catalogue's entry of that name; none, if this version has none.
template <class Entries>
void addEntry(KnownSettings& known, const QString& part, const Entries& entries, const std::string& name) {
  for (const auto& entry : entries)
    if (entry.name == name) add(known, part, entry.fields);
}

KnownSettings knownSettings(const RunConfig& config) {
  KnownSettings known{{"experiment", {QObject::tr("Experiment"), {}, {}}},
                      {"name", {QObject::tr("Recipe"), {}, {}}},
                      {"seed", {QObject::tr("Seed"), {}, {}}},
                      {"dataset.name", {QObject::tr("Data set"), {}, {}}},
                      {"model.name", {QObject::tr("Model"), {}, {}}},
                      {"task.name", {QObject::tr("Task"), {}, {}}},
                      {"optimiser.name", {QObject::tr("Optimiser"), {}, {}}},
                      {"schedule.name", {QObject::tr("Schedule"), {}, {}}},
                      {"method.name", {QObject::tr("Method"), {}, {}}},
                      {"method.policy.name", {QObject::tr("Policy"), {}, {}}}};
  add(known, "dataset", fieldsOf<DataSettings>());
  add(known, "input", fieldsOf<InputSettings>());
  add(known, "training", fieldsOf<Training>());
  add(known, "runtime", fieldsOf<Runtime>());
  addEntry(known, "model", models(), config.recipe.model.name);
  addEntry(known, "task", tasks(), config.recipe.task.name);
  addEntry(known, "optimiser", optimisers(), config.recipe.optimiser.name);
  addEntry(known, "schedule", schedules(), config.recipe.schedule.name);
  addEntry(known, "method", methods(), config.method.name);
  for (const Policy& policy : policies()) {
    const Json* chosen = config.method.settings().find("policy");
    const Json* name = chosen && chosen->isObject() ? chosen->find("name") : nullptr;
    if (name && name->isString() && name->asString() == policy.name)
      add(known, "method.policy", policy.fields());
  }
  return known;
}

/// "method.include_unperturbed" -> "Include unperturbed": what no catalogue has a title for.
QString wordsOf(const QString& path) {
  QString words = path.section('.', -1);
  words.replace('_', ' ');
  return words.left(1).toUpper() + words.mid(1);
}

SettingLine lineOf(const QString& path, const Json& value, const KnownSettings& known) {
  const auto found = known.find(path);
  SettingLine line{path, wordsOf(path), {}, value.isString() ? q(value.asString()) : q(value.dump())};
  if (found == known.end()) return line;
  line.title = found->second.title;
  line.help = found->second.help;
  const bool isNone = line.value.isEmpty() || line.value == "0";
  if (isNone && !found->second.shownAtNone.isEmpty()) line.value = found->second.shownAtNone;
  return line;
}

}  // namespace

std::vector<SettingLine> settingLines(const RunConfig& config) {
  std::vector<SettingLine> lines;
  const KnownSettings known = knownSettings(config);
  for (const auto& [path, value] : flatConfig(config)) lines.push_back(lineOf(q(path), value, known));
  return lines;
}

}  // namespace uada
