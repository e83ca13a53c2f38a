#include "core/config/FlatConfig.h"

namespace uada {

static void addFlat(const Json& json, const std::string& path, std::string_view separator,
                    FlatValues& values) {
  if (!json.isObject() || (json.asObject().empty() && !path.empty())) {
    values.emplace_back(path, json);
    return;
  }
  for (const auto& [key, value] : json.asObject())
    addFlat(value, path.empty() ? key : path + std::string(separator) + key, separator, values);
}

FlatValues flattened(const Json& json, std::string_view separator) {
  FlatValues values;
  addFlat(json, "", separator, values);
  return values;
}

FlatValues flatConfig(const RunConfig& config) {
  constexpr std::string_view kRecipe = "recipe.";
  FlatValues values = flattened(toJson(config));
  for (auto& [path, value] : values)
    if (path.starts_with(kRecipe)) path.erase(0, kRecipe.size());
  return values;
}

}  // namespace uada
