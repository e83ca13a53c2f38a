#pragma once

#include <string>
#include <vector>

#include "core/config/RunConfig.h"

namespace uada {

/// A setting of a run.
struct RunSetting {
  std::string key;   ///< its place: "recipe.optimiser.learning_rate", "method.epsilon"
  FieldValue known;  ///< with the run's value
};

/// All settings at a place, with their values there.
/// place     "method"
/// settings  as the configuration states them
std::vector<RunSetting> settingsAt(const std::string& place, const std::vector<FieldValue>& fields,
                                   const Json& settings);

/// Those that a run under way can go on with another value of (Field::live), in the order of its settings:
/// they change neither the network, nor the data, nor what optimiser and method remember, and have an effect.
std::vector<RunSetting> liveSettings(const RunConfig& config);

/// The value of one of them. Throws UsageError for another key.
Json liveValue(const RunConfig& config, const std::string& key);
/// The configuration with another value of one of them.
/// throws  UsageError for another key, a value that is not allowed, the same value, and where another method
///         would be needed: epsilon 0, which is no UADA
RunConfig withLiveSetting(const RunConfig& config, const std::string& key, const Json& value);

}  // namespace uada
