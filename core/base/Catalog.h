#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"

namespace uada {

/// The entry of that name. Throws UsageError that lists the known names:
/// "unknown op 'rotat'; known: identity rotate ...; did you mean 'rotate'?".
/// entries  any range of values with a member `name`
/// kind     the word for the message: "op", "model"
/// where    stands before the message: "small.json: methods[0]"
template <class Entries>
const auto& findEntry(const Entries& entries, std::string_view name, std::string_view kind,
                      std::string_view where = "") {
  std::vector<std::string> known;
  for (const auto& entry : entries) {
    if (entry.name == name) return entry;
    known.emplace_back(entry.name);
  }
  throw UsageError(fmt::format("{}{}unknown {} '{}'; known: {}{}", where, where.empty() ? "" : ": ", kind,
                               quotable(name), joined(known, " "), suggestion(name, known)));
}

}  // namespace uada
