#include "core/settings/Settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "core/base/Error.h"
#include "core/base/JsonText.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/settings/SettingError.h"

namespace uada {
namespace {

constexpr double kOpen = std::numeric_limits<double>::max();

std::string plain(double value) { return fmt::format("{:g}", value); }

/// "at least 1", "between 0 and 1", "between 10 and 130 in steps of 6" or "".
std::string rangeText(const Field& field) {
  const bool low = field.min > -kOpen, high = field.max < kOpen;
  const std::string steps = field.step > 1 ? fmt::format(" in steps of {}", field.step) : "";
  if (low && high) return fmt::format("between {} and {}{}", plain(field.min), plain(field.max), steps);
  if (low) return "at least " + plain(field.min) + steps;
  if (high) return "at most " + plain(field.max);
  return "";
}

/// Whether a text is a number that is beyond all that can be held: "1e400".
bool isBeyondNumbers(const std::string& text) {
  char* end = nullptr;
  const bool isInfinite = std::isinf(std::strtod(text.c_str(), &end));
  return isInfinite && *end == 0 && text.find_first_of("0123456789") != text.npos;
}

std::string numberProblem(const Field& field, const Json& value) {
  if (value.isString() && isBeyondNumbers(value.asString()))
    return fmt::format("{} is too large a number", quotable(value.asString()));
  if (!value.isNumber()) return fmt::format("a number expected, {} found", foundText(value));
  const double number = value.asDouble();
  if (number >= field.min && number <= field.max) return "";  // false for NaN
  return fmt::format("{} found, a number {} expected", value.dump(), rangeText(field));
}

std::string choiceProblem(const Field& field, const std::string& text, const std::string& shown) {
  if (std::ranges::find(field.choices, text) != field.choices.end()) return "";
  return fmt::format("{} found, one of {} expected{}", shown, joined(field.choices, ", "),
                     suggestion(text, field.choices));
}

std::string textProblem(const Field& field, const Json& value) {
  if (value.isNumber() || value.isBool())
    return fmt::format("a text expected, {} found; write it in quotes: \"{}\"", foundText(value),
                       value.dump());
  if (!value.isString()) return fmt::format("a text expected, {} found", foundText(value));
  if (field.choices.empty()) return "";
  return choiceProblem(field, value.asString(), "'" + quotable(value.asString()) + "'");
}

/// The whole number given for a field, as a text too where it is stored as one.
std::optional<std::int64_t> wholeNumberOf(const Field& field, const Json& value) {
  if (!field.storedAsText || !value.isString()) return wholeNumber(value);
  const std::string& text = value.asString();
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool isWhole = problem == std::errc() && end == text.data() + text.size();
  return isWhole ? std::optional(number) : std::nullopt;
}

std::string integerProblem(const Field& field, const Json& value) {
  const auto whole = wholeNumberOf(field, value);
  if (!field.choices.empty()) {
    const bool isText = value.isString();
    if (!whole && !isText && !value.isNumber())
      return fmt::format("a whole number expected, {} found", foundText(value));
    return choiceProblem(field, whole ? std::to_string(*whole) : "",
                         isText ? "'" + quotable(value.asString()) + "'" : value.dump());
  }
  if (value.isNumber() && !whole) return fmt::format("{} found, a whole number expected", value.dump());
  if (std::string problem = numberProblem(field, value); !problem.empty()) return problem;
  if (*whole < std::numeric_limits<int>::min() || *whole > std::numeric_limits<int>::max())
    return fmt::format("{} found, which is too large", *whole);
  if (field.step > 1 && (*whole - static_cast<std::int64_t>(field.min)) % field.step != 0)
    return fmt::format("{} found, a whole number {} expected", *whole, rangeText(field));
  return "";
}

std::string listProblem(const Field& field, const Json& value) {
  if (!value.isArray()) return fmt::format("an array of numbers expected, {} found", foundText(value));
  for (const Json& item : value.asArray())
    if (std::string problem = numberProblem(field, item); !problem.empty()) return problem;
  return "";
}

std::string boolProblem(const Json& value) {
  return value.isBool() ? "" : fmt::format("true or false expected, {} found", foundText(value));
}

/// like  a value of the field's type
std::string problemOf(const Field& field, const Json& like, const Json& value) {
  if (like.isBool()) return boolProblem(value);
  if (like.isInt()) return integerProblem(field, value);
  if (like.isNumber()) return numberProblem(field, value);
  if (like.isString()) return textProblem(field, value);
  return listProblem(field, value);
}

/// 0 and -0 mean the same setting, and so are one record.
double unsignedZero(double value) { return value + 0.0; }

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push(value);
  return list;
}

}  // namespace

std::string allowedText(const FieldValue& known) {
  const std::string range = rangeText(known.field);
  const auto with = [&](const char* kind) {
    return range.empty() ? kind : fmt::format("{} {}", kind, range);
  };
  if (known.value.isBool()) return "true or false";
  if (!known.field.choices.empty()) {
    std::vector<std::string> choices = known.field.choices;
    const std::string last = std::move(choices.back());
    choices.pop_back();
    return choices.empty() ? last : fmt::format("{} or {}", joined(choices, ", "), last);
  }
  if (known.value.isInt()) return with("a whole number");
  if (known.value.isNumber()) return with("a number");
  return known.value.isString() ? "a text" : with("numbers, each");
}

std::string fieldProblem(const FieldValue& known, const Json& value) {
  return problemOf(known.field, known.value, value);
}

namespace detail {

void FieldLister::field(const Field& f, std::vector<double>& v) { fields.push_back({f, numbers(v)}); }
void ValueLister::field(const Field&, std::vector<double>& v) { values.push_back(numbers(v)); }

FieldReader::FieldReader(const Json& json, std::string where, std::vector<std::string> extra)
    : json_(json), where_(std::move(where)), known_(std::move(extra)) {
  if (!json.isObject())
    throw UsageError(fmt::format("{}: an object expected, {} found", where_, foundText(json)));
}

/// The member for this field, already checked; null if it is not given.
const Json* FieldReader::take(const Field& f, const Json& like) {
  known_.push_back(f.name);
  const Json* given = json_.find(f.name);
  if (!given) return nullptr;
  if (const std::string problem = problemOf(f, like, *given); !problem.empty())
    throw SettingError(where_, f.name, problem);
  return given;
}

void FieldReader::field(const Field& f, bool& v) {
  if (const Json* given = take(f, v)) v = given->asBool();
}
void FieldReader::field(const Field& f, int& v) {
  if (const Json* given = take(f, v)) v = static_cast<int>(*wholeNumberOf(f, *given));
  note(f, v);
}
void FieldReader::field(const Field& f, double& v) {
  if (const Json* given = take(f, v)) v = unsignedZero(given->asDouble());
  note(f, v);
}
void FieldReader::field(const Field& f, std::string& v) {
  if (const Json* given = take(f, v)) v = given->asString();
}
void FieldReader::field(const Field& f, std::vector<double>& v) {
  const Json* given = take(f, Json::array());
  if (!given) return;
  v.clear();
  for (const Json& item : given->asArray()) v.push_back(unsignedZero(item.asDouble()));
}

void FieldReader::note(const Field& f, const Json& value) {
  if (f.name.starts_with("min_") || f.name.starts_with("max_")) limits_.emplace_back(f.name, value);
}

void FieldReader::finish() const {
  refuseUnknownKeys(json_, known_, where_);
  refuseCrossed();
}

void FieldReader::refuseCrossed() const {
  for (const auto& [least, low] : limits_)
    for (const auto& [most, high] : limits_) {
      const bool isPair = least.starts_with("min_") && most == "max_" + least.substr(4);
      if (isPair && low.asDouble() > high.asDouble())
        throw SettingError(
            where_, least,
            fmt::format("{} found, at most the {} of {} expected", low.dump(), high.dump(), most));
    }
}

}  // namespace detail

Json statedSettings(const std::vector<FieldValue>& fields, const std::vector<Json>& values) {
  Json json = Json::object();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i].field;
    if (field.later && values[i] == fields[i].value) continue;
    json[field.name] = field.storedAsText ? Json(values[i].dump()) : values[i];
  }
  return json;
}

void refuseUnknownKeys(const Json& json, const std::vector<std::string>& known, const std::string& where) {
  if (!json.isObject())
    throw UsageError(fmt::format("{}: an object expected, {} found", where, foundText(json)));
  for (const auto& [key, value] : json.asObject())
    if (std::ranges::find(known, key) == known.end())
      throw UsageError(fmt::format("{}: unknown key '{}'; known: {}{}", where, quotable(key),
                                   known.empty() ? "none" : joined(known, ", "), suggestion(key, known)));
}

std::optional<std::int64_t> wholeNumber(const Json& value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53: above it a double is not one whole number
  if (value.isInt()) return value.asInt();
  if (!value.isNumber()) return std::nullopt;
  const double number = value.asDouble();
  const bool isWhole = std::abs(number) <= kExact && std::trunc(number) == number;
  return isWhole ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
}

std::string idleBy(const Field& field, const Json& settings) {
  for (const Unless& unless : field.unless) {
    const Json* value = settings.find(unless.field);
    if (!value || !(*value == unless.value)) continue;
    return unless.field + ' ' + (value->isString() ? value->asString() : value->dump());
  }
  return "";
}

void requireUsable(const std::vector<FieldValue>& fields, const Json& settings, const std::string& where) {
  Json all = settings;  // what is not said has its default
  for (const FieldValue& known : fields)
    if (!all.find(known.field.name)) all[known.field.name] = known.value;
  for (const FieldValue& known : fields) {
    const Json* value = settings.find(known.field.name);
    if (!value || *value == known.value) continue;
    const std::string idle = idleBy(known.field, all);
    if (!idle.empty())
      throw SettingError(where, known.field.name,
                         fmt::format("{} has no effect with {}; leave one of the two out",
                                     oneLine(value->dump(), 200), idle));
    if (value->isString() && !isPlainLine(value->asString()))
      throw SettingError(where, known.field.name,
                         fmt::format("'{}' has control characters or marks of direction; remove them",
                                     quotable(value->asString())));
  }
}

}  // namespace uada
