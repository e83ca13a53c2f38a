#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/Error.h"

namespace uada {

/// The entry of that name. Throws UsageError that lists the known names:
/// "unknown op 'rotat'; known: identity rotate ...".
/// entries  any range of values with a member `name`
/// kind     the word for the message: "op", "model"
/// where    stands before the message: "small.json: methods[0]"
template <class Entries>
const auto& findEntry(const Entries& entries, std::string_view name, std::string_view kind,
                      std::string_view where = "") {
  std::string known;
  for (const auto& entry : entries) {
    if (entry.name == name) return entry;
    known += ' ';
    known += entry.name;
  }
  throw UsageError(
      fmt::format("{}{}unknown {} '{}'; known:{}", where, where.empty() ? "" : ": ", kind, name, known));
}

}  // namespace uada
