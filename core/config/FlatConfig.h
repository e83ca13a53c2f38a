#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/RunConfig.h"

namespace uada {

/// The values in an object and in the objects within it, in their order, each by its path: {"a": {"b": 1}}
/// has "a.b". An object without members is a value.
using FlatValues = std::vector<std::pair<std::string, Json>>;
FlatValues flattened(const Json& json, std::string_view separator = ".");

/// All settings of a run, each by the path that people know it by, which leaves out "recipe": "model.depth",
/// "seed", "runtime.threads".
FlatValues flatConfig(const RunConfig& config);

}  // namespace uada
