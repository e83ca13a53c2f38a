#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace uada::cli {

/// All of the text as a number, also nan and inf; none: it is no number.
std::optional<double> numberIn(const std::string& text);

/// Each throws UsageError that says what is wanted.
/// "R,G,B" with 0..255 each, of an option
std::array<int, 3> colour(const char* option, const std::string& text);
/// "0.25,0.5": two shares from 0 to below 1
std::pair<double, double> shares(const std::string& text);
double rawValue(const std::string& text);

}  // namespace uada::cli
