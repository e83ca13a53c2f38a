#pragma once

#include <string>

#include "core/base/Json.h"

namespace uada {

/// What a message says was found where another value was expected: 0.5, "text", true; of what may be long
/// its kind alone, "an array".
std::string foundText(const Json& json);

}  // namespace uada
