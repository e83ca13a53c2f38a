#pragma once

#include <fmt/core.h>

#include <string>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/JsonText.h"
#include "core/base/Printable.h"

namespace uada {

/// A name that is stored may be of a time when any text was taken for one; it is shown as one line.
inline std::string storedName(const Json& json, const char* key, const std::string& where) {
  constexpr std::size_t kMost = 200;  // bytes
  const Json* name = json.find(key);
  if (!name) return "";
  if (!name->isString())
    throw UsageError(fmt::format("{}: {}: a text expected, {} found", where, key, foundText(*name)));
  return oneLine(name->asString(), kMost);
}

}  // namespace uada
