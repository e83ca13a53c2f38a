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
  setPath(json, std::string_view(override).substr(0, equals), std::move(parsed), override);
}

}  // namespace uada
