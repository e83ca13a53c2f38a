#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace uada {

/// A text as the cell of a CSV: in quotes where it needs them.
std::string csvCell(std::string text);

/// The values of a CSV's line, without its end. A value may stand in double quotes, doubled inside.
std::vector<std::string> csvValues(std::string_view line);

}  // namespace uada
