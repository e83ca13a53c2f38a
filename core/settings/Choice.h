#pragma once

#include <string>

#include "core/base/Json.h"

namespace uada {

/// A catalogue entry by name with its complete settings (defaults filled in).
struct Choice {
  std::string name;
  Json settings = Json::object();
  friend bool operator==(const Choice&, const Choice&) = default;
};

/// {"name": ..., settings ...}
Json choiceToJson(const Choice& choice);

}  // namespace uada
