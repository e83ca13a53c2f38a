#pragma once

#include <string>

#include "core/base/Json.h"

namespace uada {

/// Sets what "KEY=VALUE" says: a dotted path such as "recipe.training.epochs" or "methods.1.epsilon", and a
/// JSON value or a bare string. Where there are several `recipes`, "recipe.KEY" sets it in each.
/// Throws UsageError.
void setValue(Json& json, const std::string& override);

}  // namespace uada
