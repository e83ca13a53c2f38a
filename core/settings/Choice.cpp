#include "core/settings/Choice.h"

namespace uada {

Json choiceToJson(const Choice& choice) {
  Json json = Json::object();
  json["name"] = choice.name;
  for (const auto& [key, value] : choice.settings.asObject()) json[key] = value;
  return json;
}

}  // namespace uada
