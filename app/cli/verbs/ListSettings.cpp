#include "app/cli/verbs/ListSettings.h"

#include <fmt/core.h>

#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/config/RunConfig.h"
#include "core/engine/methods/Method.h"
#include "core/engine/models/Model.h"

namespace uada::cli {
namespace {

/// What has settings, and where they stand in an experiment.
struct Owner {
  std::string name, kind;
  std::vector<FieldValue> fields;
};

std::vector<Owner> owners() {
  std::vector<Owner> all{{"dataset", "recipe.dataset", fieldsOf<DataSettings>()}};
  for (const Model& model : models()) all.push_back({model.name, "recipe.model", model.fields});
  all.push_back({"training", "recipe.training", fieldsOf<Training>()});
  for (const Method& method : methods()) all.push_back({method.name, "method", method.fields});
  for (const Policy& policy : policies()) all.push_back({policy.name, "policy", policy.fields()});
  all.push_back({"runtime", "runtime", fieldsOf<Runtime>()});
  return all;
}

std::string valueText(const Json& value) {
  if (value.isString()) return value.asString().empty() ? "-" : value.asString();
  return value.dump();
}

Json settingJson(const Owner& owner, const FieldValue& setting) {
  const Field& field = setting.field;
  Json json =
      Json::Object{{"of", owner.name},     {"place", owner.kind},       {"name", field.name},
                   {"title", field.title}, {"default", setting.value},  {"allowed", allowedText(setting)},
                   {"help", field.help},   {"advanced", field.advanced}};
  if (!field.choices.empty()) {
    json["choices"] = Json::array();
    for (const std::string& choice : field.choices) json["choices"].push(choice);
  }
  return json;
}

}  // namespace

void listSettings(const Console& console, const ListOptions& options) {
  std::vector<std::string> names;
  bool any = false;
  for (const Owner& owner : owners()) {
    names.push_back(owner.name);
    if (!options.of.empty() && options.of != owner.name) continue;
    if (any) console.say("\n");
    any = true;
    TextTable table({{"setting"}, {"default", TextTable::Align::right}, {"takes"}, {"what it does"}});
    for (const FieldValue& setting : owner.fields) {
      table.add({setting.field.name, valueText(setting.value), allowedText(setting), setting.field.help});
      console.object("setting", settingJson(owner, setting));
    }
    const std::string place = owner.name == owner.kind ? "" : fmt::format(" ({})", owner.kind);
    const std::string what = table.empty() ? "no settings\n" : table.text();
    console.say(fmt::format("{}{}\n{}", owner.name, place, what));
  }
  if (!any)
    throw UsageError(
        fmt::format("nothing named '{}' has settings; one of {} expected", options.of, joined(names, ", ")));
}

}  // namespace uada::cli
