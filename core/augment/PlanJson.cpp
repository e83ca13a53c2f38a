#include "core/augment/PlanJson.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/base/JsonText.h"
#include "core/base/Printable.h"

namespace uada::planjson {

Json numbers(std::initializer_list<int> values) {
  Json array = Json::array();
  for (const int value : values) array.push(value);
  return array;
}

int integer(const Json& json, std::string_view key, int min, int max) {
  if (!json.isInt())
    throw Error(fmt::format("plan: {}: an integer expected, {} found", key, foundText(json)));
  if (json.asInt() < min || json.asInt() > max)
    throw Error(fmt::format("plan: {}: {} found, {} to {} expected", key, json.asInt(), min, max));
  return static_cast<int>(json.asInt());
}

const Json::Array& listOf(const Json& json, std::string_view key) {
  if (!json.isArray())
    throw Error(fmt::format("plan: {}: an array expected, {} found", key, foundText(json)));
  return json.asArray();
}

std::array<int, 4> pixels(const Json& json, std::string_view key, std::size_t count, int min) {
  const Json::Array& items = listOf(json, key);
  if (items.size() != count)
    throw Error(fmt::format("plan: {}: {} numbers expected, {} found", key, count, items.size()));
  std::array<int, 4> values{};
  for (std::size_t i = 0; i < count; ++i) values[i] = integer(items[i], key, min, kFarthest);
  return values;
}

const Json& member(const Json& json, std::string_view key, std::string_view where) {
  if (const Json* value = json.find(key)) return *value;
  throw Error(fmt::format("{}: the key '{}' is missing", where, key));
}

std::string word(const Json& json, std::string_view key) {
  if (!json.isString())
    throw Error(fmt::format("plan: {}: a string expected, {} found", key, foundText(json)));
  return quotable(json.asString());
}

double share(const Json& json, std::string_view key, bool open) {
  if (!json.isNumber())
    throw Error(fmt::format("plan: {}: a number expected, {} found", key, foundText(json)));
  const double value = json.asDouble();
  if (!(value >= 0 && value <= 1) || (open && static_cast<float>(value) == 1))
    throw Error(fmt::format("plan: {}: {} found, 0 to {} expected", key, value, open ? "below 1" : "1"));
  return value;
}

bool boolean(const Json& json, std::string_view key) {
  if (json.isBool()) return json.asBool();
  throw Error(fmt::format("plan: {}: true or false expected, {} found", key, foundText(json)));
}

bool fired(const Json& object, std::string_view where) {
  const Json* given = object.find("fired");
  return !given || boolean(*given, fmt::format("{}: fired", where));
}

Range range(const Json& object, std::string_view where, Range usual, int min, int max) {
  const Json* given = object.find("range");
  if (!given) return usual;
  const std::string key = fmt::format("{}: range", where);
  const Json::Array& ends = listOf(*given, key);
  if (ends.size() != 2) throw Error(fmt::format("plan: {}: 2 numbers expected, {} found", key, ends.size()));
  const Range range{integer(ends[0], key, min, max), integer(ends[1], key, min, max)};
  if (range.low > range.high)
    throw Error(
        fmt::format("plan: {}: {} to {} found, the lower end comes first", key, range.low, range.high));
  return range;
}

Filter filter(const Json& object) {
  const Json* given = object.find("filter");
  return given ? filterFromName(word(*given, "filter")) : Filter::bilinear;
}

bool isSecond(const Json& json, std::string_view key, std::string_view first, std::string_view second) {
  const Json* given = json.find(key);
  if (!given) return false;
  const std::string text = word(*given, key);
  if (text != first && text != second)
    throw Error(fmt::format("plan: {}: \"{}\" or \"{}\" expected, \"{}\" found", key, first, second, text));
  return text == second;
}

}  // namespace uada::planjson
