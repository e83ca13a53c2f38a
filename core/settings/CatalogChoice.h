#pragma once

#include <string>
#include <string_view>

#include "core/base/Catalog.h"
#include "core/settings/Choice.h"

namespace uada {

/// A catalogue's entry by name, or as an object with `name` and settings. Throws UsageError that lists the
/// entries, or as their `read` does.
/// kind   the word for the message: "model"
/// usual  the name where none is given; empty: one must be
template <class Entries>
Choice choiceFromJson(const Entries& entries, std::string_view kind, const Json& json,
                      const std::string& where, const std::string& usual = "") {
  const NamedSettings given = namedSettings(json, where, usual);
  return findEntry(entries, given.name, kind, where).read(given.name, given.settings, where);
}

}  // namespace uada
