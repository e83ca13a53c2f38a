#pragma once

#include <string>
#include <vector>

#include "core/base/Json.h"

namespace uada {

/// Rows as CSV. The columns are the keys of the first, those of a member that is an object with its name
/// before them: {"timings": {"render": 1}} is timings_render. What another row lacks of them is empty.
std::string csvText(const std::vector<Json>& rows);
/// One object a line.
std::string linesText(const std::vector<Json>& rows);

}  // namespace uada
