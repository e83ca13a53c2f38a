#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/config/RunConfig.h"

namespace uada {

/// Choices that were read, by the Json they were read from: where many configurations have one, it is read
/// once. Only the newest are kept.
class KnownChoices {
 public:
  /// read  makes the choice; what it throws is passed on, and nothing is kept
  template <class Read>
  Choice of(const Json& json, Read read) {
    for (const auto& [from, choice] : known_)
      if (from == json) return choice;
    if (known_.size() == kMost) known_.erase(known_.begin());
    return known_.emplace_back(json, read(json)).second;
  }

 private:
  static constexpr std::size_t kMost = 16;
  std::vector<std::pair<Json, Choice>> known_;
};

/// Reads the configurations of many runs, as runConfigFromJson() reads one.
class ConfigReader {
 public:
  RunConfig read(const Json& json, const std::string& where);
  /// As recipeFromJson().
  Recipe readRecipe(const Json& json, const std::string& where);

 private:
  KnownChoices datasets_, models_, methods_;
  Json runtimeJson_;  ///< of the last one
  Runtime runtime_;
};

}  // namespace uada
