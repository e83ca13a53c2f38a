#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/JsonText.h"
#include "core/base/Printable.h"
#include "core/settings/Settings.h"

namespace uada {

/// A value of a policy file with its place, "policy.json: subpolicies[3][1]: probability", so that every
/// refusal names the file and the entry. The file's Json outlives it. Every function throws Error.
class Entry {
 public:
  Entry(const Json& json, std::string place) : json_(json), place_(std::move(place)) {}

  [[noreturn]] void fail(std::string_view what) const { throw Error(fmt::format("{}: {}", place_, what)); }
  const Json& json() const { return json_; }
  bool has(std::string_view key) const { return json_.find(key) != nullptr; }

  Entry operator[](std::string_view key) const {
    const Json* value = json_.find(key);
    if (!value) fail(fmt::format("the key '{}' is missing", key));
    return {*value, fmt::format("{}: {}", place_, key)};
  }
  /// Refuses keys that are not among these.
  void keys(const std::vector<std::string>& known) const { refuseUnknownKeys(json_, known, place_); }

  /// The items of an array of `least` to `most` items.
  std::vector<Entry> items(std::size_t least, std::size_t most) const {
    if (!json_.isArray()) fail(fmt::format("an array expected, {} found", foundText(json_)));
    const Json::Array& array = json_.asArray();
    if (array.size() < least || array.size() > most) {
      const std::string range =
          least == most ? fmt::format("{}", most) : fmt::format("{} to {}", least, most);
      fail(fmt::format("{} entries found, {} allowed", array.size(), range));
    }
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < array.size(); ++i)
      entries.emplace_back(array[i], fmt::format("{}[{}]", place_, i));
    return entries;
  }
  double number(double least, double most) const {
    if (!json_.isNumber()) fail(fmt::format("a number expected, {} found", foundText(json_)));
    const double value = json_.asDouble();
    if (!(value >= least && value <= most))
      fail(fmt::format("{:g} found, {:g} to {:g} allowed", value, least, most));
    return value;
  }
  int integer(int least, int most) const {
    if (!json_.isInt()) fail(fmt::format("an integer expected, {} found", foundText(json_)));
    return static_cast<int>(number(least, most));
  }
  /// Text of one line, at most `most` bytes.
  const std::string& text(std::size_t most = 100) const {
    if (!json_.isString()) fail(fmt::format("a string expected, {} found", foundText(json_)));
    const std::string& text = json_.asString();
    if (text.size() > most)
      fail(fmt::format("a text of {} bytes found, at most {} allowed", text.size(), most));
    if (text.find_first_of("\n\t") != text.npos || printable(text) != text)
      fail(fmt::format("'{}' found, text without control characters expected", quotable(text)));
    return text;
  }

 private:
  const Json& json_;
  std::string place_;
};

}  // namespace uada
