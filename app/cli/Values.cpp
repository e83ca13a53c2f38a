#include "app/cli/Values.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "core/base/Error.h"

namespace uada::cli {

std::array<int, 3> colour(const char* option, const std::string& text) {
  std::array<int, 3> rgb{};
  const char* at = text.data();
  const char* end = at + text.size();
  for (int i = 0; i < 3; ++i) {
    const auto [next, error] = std::from_chars(at, end, rgb[i]);
    const bool closed = i == 2 ? next == end : next != end && *next == ',';
    if (error != std::errc() || !closed || rgb[i] < 0 || rgb[i] > 255)
      throw UsageError(
          fmt::format("{} '{}': three numbers 0..255 are wanted, such as 128,128,128", option, text));
    at = next + 1;
  }
  return rgb;
}

std::optional<double> numberIn(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size()) return std::nullopt;
  return number;
}

std::pair<double, double> shares(const std::string& text) {
  const std::size_t comma = text.find(',');
  const auto x = numberIn(text.substr(0, comma));
  const auto y = comma == text.npos ? std::nullopt : numberIn(text.substr(comma + 1));
  const auto isShare = [](const std::optional<double>& value) { return value && *value >= 0 && *value < 1; };
  if (!isShare(x) || !isShare(y))
    throw UsageError(
        fmt::format("--at '{}': two numbers from 0 to below 1 are wanted, such as 0.25,0.5", text));
  return {*x, *y};
}

double rawValue(const std::string& text) {
  const auto number = numberIn(text);
  if (number && std::isinf(*number) && text.find_first_of("0123456789") != text.npos)
    throw UsageError(fmt::format("VALUE '{}' is too large a number", text));
  if (number) return *number;
  throw UsageError(fmt::format("VALUE '{}' is not a number (see 'uada apply --help')", text));
}

}  // namespace uada::cli
