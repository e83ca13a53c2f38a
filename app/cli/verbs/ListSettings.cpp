#include "app/cli/verbs/ListSettings.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/config/RunConfig.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/optimisers/Optimiser.h"
#include "core/engine/schedules/Schedule.h"
#include "core/engine/tasks/Task.h"

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
  for (const Task& task : tasks()) all.push_back({task.name, "recipe.task", task.fields});
  all.push_back({"input", "recipe.input", fieldsOf<InputSettings>()});
  for (const Optimiser& optimiser : optimisers())
    all.push_back({optimiser.name, "recipe.optimiser", optimiser.fields});
  for (const Schedule& schedule : schedules())
    all.push_back({schedule.name, "recipe.schedule", schedule.fields});
  all.push_back({"training", "recipe.training", fieldsOf<Training>()});
  for (const MethodEntry& method : methods()) all.push_back({method.name, "method", method.fields});
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
  Json json = Json::Object{{"of", owner.name},
                           {"place", owner.kind},
                           {"name", field.name},
                           {"title", std::string(field.title)},
                           {"default", setting.value},
                           {"allowed", allowedText(setting)},
                           {"help", std::string(field.help)},
                           {"advanced", field.advanced},
                           {"live", field.live}};
  if (!field.choices.empty()) {
    json["choices"] = Json::array();
    for (const std::string& choice : field.choices)
      json["choices"].push(setting.value.isInt() ? parseJson(choice, field.name) : Json(choice));
  }
  for (const Unless& unless : field.unless)
    json["without_effect_with"].push(Json::Object{{"setting", unless.field}, {"value", unless.value}});
  return json;
}

/// What has settings in common is one section, so that nothing stands there twice.
struct Section {
  std::vector<std::string> names;  ///< of the owners
  std::string kind;
  std::vector<FieldValue> fields;
};

bool isSame(const FieldValue& a, const FieldValue& b) {
  return a.field.name == b.field.name && a.value.dump() == b.value.dump() && a.field.help == b.field.help &&
         a.field.live == b.field.live && allowedText(a) == allowedText(b);
}

/// Those of `owners` that have the setting in the same place.
std::vector<std::string> namesWith(const std::vector<Owner>& owners, const std::string& kind,
                                   const FieldValue& setting) {
  std::vector<std::string> names;
  for (const Owner& owner : owners) {
    const auto same = [&](const FieldValue& other) { return isSame(other, setting); };
    if (owner.kind == kind && std::ranges::any_of(owner.fields, same)) names.push_back(owner.name);
  }
  return names;
}

std::vector<Section> sectionsOf(const std::vector<Owner>& owners) {
  std::vector<Section> sections;
  for (const Owner& owner : owners) {
    if (owner.fields.empty()) sections.push_back({{owner.name}, owner.kind, {}});
    for (const FieldValue& setting : owner.fields) {
      std::vector<std::string> names = namesWith(owners, owner.kind, setting);
      if (names.front() != owner.name) continue;  // it stands there already
      const auto known = std::ranges::find_if(
          sections, [&](const Section& s) { return s.kind == owner.kind && s.names == names; });
      if (known != sections.end())
        known->fields.push_back(setting);
      else
        sections.push_back({std::move(names), owner.kind, {setting}});
    }
  }
  return sections;
}

std::string sectionText(const Section& section) {
  constexpr std::size_t kWidth = 120, kTakes = 32, kHelp = 50, kGaps = 6;  // characters
  std::size_t longest = 0, longestValue = 0;
  for (const FieldValue& setting : section.fields) {
    longest = std::max(longest, setting.field.name.size());
    longestValue = std::max(longestValue, valueText(setting.value).size());
  }
  const auto left = TextTable::Align::left;
  TextTable table(
      {{"setting"},
       {"default", TextTable::Align::right},
       {"takes", left, kTakes},
       {"what it does", left, std::min(kHelp, kWidth - kTakes - kGaps - longest - longestValue)}});
  for (const FieldValue& setting : section.fields)
    table.add({setting.field.name, valueText(setting.value), allowedText(setting),
               std::string(setting.field.help) + (setting.field.live ? ". Also while a run trains" : "")});
  const std::string names = joined(section.names, ", ");
  const std::string head = names == section.kind ? names : fmt::format("{} ({})", names, section.kind);
  return fmt::format("{}\n{}", joined(wrapped(head, kWidth), "\n"),
                     table.empty() ? "no settings\n" : table.text());
}

}  // namespace

void listSettings(const Console& console, const std::string& of) {
  std::vector<Owner> asked = owners();
  std::vector<std::string> names;
  for (const Owner& owner : asked) names.push_back(owner.name);
  if (!of.empty()) std::erase_if(asked, [&](const Owner& owner) { return owner.name != of; });
  if (asked.empty())
    throw UsageError(fmt::format("nothing named '{}' has settings; one of {} expected{}", quotable(of),
                                 joined(names, ", "), suggestion(of, names)));
  for (const Owner& owner : asked)
    for (const FieldValue& setting : owner.fields) console.object("setting", settingJson(owner, setting));
  std::vector<std::string> texts;
  for (const Section& section : sectionsOf(asked)) texts.push_back(sectionText(section));
  console.say(joined(texts, "\n"));
}

}  // namespace uada::cli
