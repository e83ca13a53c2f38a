#include "core/config/LiveSettings.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/engine/methods/MethodEntry.h"

namespace uada {
namespace {

constexpr std::string_view kOptimiser = "recipe.optimiser.", kTraining = "recipe.training.",
                           kMethod = "method.";

void addLive(std::vector<RunSetting>& all, std::string_view owner, const std::vector<FieldValue>& fields,
             const Json& settings) {
  const std::vector<RunSetting> here =
      settingsAt(std::string(owner.substr(0, owner.size() - 1)), fields, settings);
  Json complete = Json::object();
  for (const RunSetting& setting : here) complete[setting.known.field.name] = setting.known.value;
  for (const RunSetting& setting : here)
    if (setting.known.field.live && idleBy(setting.known.field, complete).empty()) all.push_back(setting);
}

/// "a, b and c"
std::string keysOf(const std::vector<RunSetting>& settings) {
  std::string text;
  for (std::size_t i = 0; i < settings.size(); ++i)
    text += (i == 0 ? "" : i + 1 == settings.size() ? " and " : ", ") + settings[i].key;
  return text;
}

/// Throws UsageError.
RunSetting findLive(const RunConfig& config, const std::string& key) {
  const std::vector<RunSetting> all = liveSettings(config);
  const auto found = std::ranges::find(all, key, &RunSetting::key);
  if (found == all.end())
    throw UsageError(
        fmt::format("{}: a run under way keeps it; {} can be changed; fork the run from a checkpoint to go "
                    "on with others",
                    quotable(key), keysOf(all)));
  return *found;
}

}  // namespace

Json liveValue(const RunConfig& config, const std::string& key) { return findLive(config, key).known.value; }

std::vector<RunSetting> settingsAt(const std::string& place, const std::vector<FieldValue>& fields,
                                   const Json& settings) {
  std::vector<RunSetting> all;
  for (const FieldValue& field : fields) {
    const Json* value = settings.find(field.field.name);
    all.push_back({place + '.' + field.field.name, {field.field, value ? *value : field.value}});
  }
  return all;
}

std::vector<RunSetting> liveSettings(const RunConfig& config) {
  std::vector<RunSetting> all;
  const Recipe& recipe = config.recipe;
  addLive(all, kOptimiser, findOptimiser(recipe.optimiser.name).fields, recipe.optimiser.settings());
  addLive(all, kTraining, fieldsOf<Training>(), settingsToJson(recipe.training));
  addLive(all, kMethod, findMethod(config.method.name).fields, config.method.settings());
  return all;
}

RunConfig withLiveSetting(const RunConfig& config, const std::string& key, const Json& value) {
  const FieldValue known = findLive(config, key).known;
  if (const std::string problem = fieldProblem(known, value); !problem.empty())
    throw UsageError(fmt::format("{}: {}", key, problem));
  if (value == known.value) throw UsageError(fmt::format("{}: it is {} already", key, value.dump()));
  RunConfig changed = config;
  const std::string& name = known.field.name;
  if (key.starts_with(kOptimiser)) changed.recipe.optimiser.set(name, value);
  if (key.starts_with(kTraining))
    changed.recipe.training = settingsFromJson<Training>(Json(Json::Object{{name, value}}), "recipe.training",
                                                         {}, changed.recipe.training);
  if (key.starts_with(kMethod)) changed.method.set(name, value);
  const auto adapts = [](const Choice& method) {
    return findMethod(method.name).adapted(method).by != Adapting::nothing;
  };
  if (adapts(config.method) != adapts(changed.method))
    throw UsageError(fmt::format(
        "{}: with {} it would be another method; fork the run from a checkpoint to go on with that", key,
        value.dump()));
  return changed;
}

}  // namespace uada
