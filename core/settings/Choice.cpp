#include "core/settings/Choice.h"

#include <fmt/core.h>

#include <stdexcept>

#include "core/base/Error.h"
#include "core/base/JsonText.h"

namespace uada {

void Choice::set(const std::string& key, Json value) {
  if (!read_) throw std::logic_error("a choice without an entry has no setting '" + key + "'");
  Json changed = settings_;
  changed[key] = std::move(value);
  *this = read_(name, changed, name);
}

void Choice::refuseOther(const std::type_info& wanted) const {
  if (type_ && *type_ == wanted) return;
  throw std::logic_error(fmt::format("the settings of '{}' are {}, not {}", name,
                                     type_ ? type_->name() : "none", wanted.name()));
}

Json choiceToJson(const Choice& choice) { return choiceToJson(choice.name, choice.settings()); }

Json choiceToJson(const std::string& name, const Json& settings) {
  Json json = Json::object();
  json["name"] = name;
  for (const auto& [key, value] : settings.asObject()) json[key] = value;
  return json;
}

NamedSettings namedSettings(const Json& json, const std::string& where, const std::string& usual) {
  if (json.isString()) return {json.asString(), Json::object()};
  if (!json.isObject())
    throw UsageError(fmt::format("{}: a name or an object expected, {} found", where, foundText(json)));
  const Json* name = json.find("name");
  if (!name && usual.empty()) throw UsageError(fmt::format("{}: the key 'name' (a text) is missing", where));
  if (name && !name->isString())
    throw UsageError(fmt::format("{}.name: a text expected, {} found", where, foundText(*name)));
  NamedSettings named{name ? name->asString() : usual, Json::object()};
  for (const auto& [key, value] : json.asObject())
    if (key != "name") named.settings[key] = value;
  return named;
}

}  // namespace uada
