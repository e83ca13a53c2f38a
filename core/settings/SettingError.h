#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

#include "core/base/Error.h"

namespace uada {

/// A setting that has a wrong value, or has none. It carries the setting's place, so that a form can show the
/// message there.
class SettingError : public UsageError {
 public:
  /// where    the owner, as messages name it: "demo.json: recipe.optimiser"
  /// key      of the setting in it: "learning_rate"
  /// problem  what was found, what was expected, what to do
  SettingError(std::string_view where, std::string_view key, std::string_view problem)
      : UsageError(fmt::format("{}.{}: {}", where, key, problem)),
        owner_(where.substr(where.find_last_of(". ") + 1)),
        key_(key) {}

  const std::string& owner() const { return owner_; }  ///< the last word of its place: "optimiser"
  const std::string& key() const { return key_; }

 private:
  std::string owner_, key_;
};

}  // namespace uada
