#include "core/config/SetValue.h"

#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "core/base/Error.h"
#include "core/base/JsonText.h"
#include "core/base/Printable.h"

namespace uada {
namespace {

std::string shown(const std::string& override) { return oneLine(override, 200); }

/// Sets the value at a dotted path such as "recipe.training.epochs" or "methods.1.epsilon".
void setPath(Json& json, std::string_view path, Json value, const std::string& override) {
  Json* at = &json;
  while (true) {
    const auto dot = path.find('.');
    const std::string key(path.substr(0, dot));
    if (key.empty())
      throw UsageError(fmt::format("--set {}: a dotted path and '=' expected", shown(override)));
    if (at->isArray()) {
      const auto& items = at->asArray();
      if (key.find_first_not_of("0123456789") != key.npos || key.size() > 6 ||
          std::stoul(key) >= items.size())
        throw UsageError(fmt::format("--set {}: '{}' is no place in an array of {}", shown(override),
                                     quotable(key), items.size()));
      at = const_cast<Json*>(&items[std::stoul(key)]);
    } else {
      if (at->isString())
        *at = Json(Json::Object{{"name", *at}});  // a choice that is given by its name alone
      if (!at->isNull() && !at->isObject())
        throw UsageError(fmt::format("--set {}: '{}' is looked for in {}", shown(override), quotable(key),
                                     foundText(*at)));
      at = &(*at)[key];
    }
    if (dot == path.npos) break;
    path.remove_prefix(dot + 1);
  }
  *at = std::move(value);
}

bool startsWithKey(std::string_view path, std::string_view key) {
  return path.substr(0, path.find('.')) == key;
}

/// An experiment has one recipe or several: what would leave it with both is refused.
void requireOneForm(const Json& json, std::string_view path, const std::string& override) {
  if (path == "recipe" && json.find("recipes"))
    throw UsageError(
        fmt::format("--set {}: the experiment has 'recipes'; set recipes=[...], or recipe.KEY, "
                    "which sets KEY in each of them",
                    shown(override)));
  if (startsWithKey(path, "recipes") && json.find("recipe"))
    throw UsageError(fmt::format("--set {}: the experiment has one 'recipe' and no 'recipes'; set recipe.KEY",
                                 shown(override)));
}

/// Also in each of several recipes, where the path is of the one that there is not.
void setEverywhere(Json& json, std::string_view path, const Json& value, const std::string& override) {
  const Json* recipes = json.find("recipes");
  if (!startsWithKey(path, "recipe") || !recipes || !recipes->isArray())
    return setPath(json, path, value, override);
  const std::string_view rest = path.substr(path.find('.') + 1);
  for (std::size_t i = 0; i < recipes->asArray().size(); ++i)
    setPath(json, fmt::format("recipes.{}.{}", i, rest), value, override);
}

}  // namespace

void setValue(Json& json, const std::string& override) {
  const auto equals = override.find('=');
  if (equals == override.npos) throw UsageError(fmt::format("--set {}: KEY=VALUE expected", shown(override)));
  const std::string value = override.substr(equals + 1);
  Json parsed;
  try {
    parsed = parseJson(value, "--set");
  } catch (const Error& error) {
    if (!value.empty() && std::string_view("[{\"").find(value[0]) != std::string_view::npos)
      throw UsageError(fmt::format("--set {}: the value starts like JSON but is not valid: {}",
                                   shown(override), error.what()));
    parsed = Json(value);  // a bare word is a text
  }
  const std::string_view path = std::string_view(override).substr(0, equals);
  requireOneForm(json, path, override);
  setEverywhere(json, path, parsed, override);
}

}  // namespace uada
