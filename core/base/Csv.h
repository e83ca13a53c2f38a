#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace uada {

/// A text as the cell of a CSV, by RFC 4180: in quotes where it needs them. For files that programs read
/// back.
std::string csvQuoted(std::string_view text);
/// The same for people, with an apostrophe before what a spreadsheet would take for a formula.
std::string csvText(std::string_view text);

/// The values of a CSV's line, without its end. A value may stand in double quotes, doubled inside.
std::vector<std::string> csvValues(std::string_view line);

}  // namespace uada
