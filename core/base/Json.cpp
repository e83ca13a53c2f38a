#include "core/base/Json.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ranges>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/JsonLimits.h"
#include "core/base/JsonText.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"

namespace uada {
namespace {

constexpr std::size_t kMaxBytes = 4u << 20;
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxProblem = 200;  // bytes; the parser quotes what it has read
constexpr std::size_t kMaxPlace = 120;    // bytes; leaves room for the reason
constexpr std::size_t kUsualMembers = 8;  // of an object that is made key by key: room from the start

/// A key that an object has twice; null if there is none.
const std::string* repeatedKey(const Json::Object& members) {
  std::vector<const std::string*> keys;
  for (const Json::Member& member : members) keys.push_back(&member.first);
  std::ranges::sort(keys, {}, [](const std::string* key) { return std::string_view(*key); });
  const auto twice =
      std::ranges::adjacent_find(keys, {}, [](const std::string* k) { return std::string_view(*k); });
  return twice == keys.end() ? nullptr : *twice;
}

/// Builds a Json from the parser's events, because nlohmann's own tree drops duplicate keys silently.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(std::int64_t{value})); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= static_cast<number_unsigned_t>(INT64_MAX))
      return add(Json(static_cast<std::int64_t>(value)));
    return fail(fmt::format("the integer {} is too large; use at most {}", value, INT64_MAX));
  }
  bool number_float(number_float_t value, const string_t&) override { return add(Json(value)); }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t&) override { return fail("binary values are not JSON"); }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (!hasRoom()) return false;
    open_.back().key = name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string& lastRead,
                   const nlohmann::json::exception& e) override {
    return fail(placeAfter(position) + wrongText(e.what(), quotable(lastRead)));
  }

  explicit Builder(std::string_view text) : text_(text) {}

  Json result;
  std::string problem;
  bool isLimit = false;  ///< the problem is that there is too much

 private:
  /// In words of our own what the library says to its developers.
  static std::string wrongText(std::string_view what, const std::string& lastRead) {
    const auto says = [&](std::string_view part) { return what.find(part) != what.npos; };
    if (says("number overflow")) return fmt::format("{} found, which is beyond any number", lastRead);
    if (says("UTF-8")) return "invalid UTF-8 found; save the file as UTF-8";
    if (says("control character")) return "a control character found in a text; write it as an escape";
    if (says("unexpected end of input") || says("missing closing quote"))
      return "the JSON ends too early; it is cut short";
    if (says("expected end of input"))
      return fmt::format("text behind the end of the JSON found at '{}'", lastRead);
    return fmt::format("no valid JSON found at '{}'", lastRead);
  }
  /// "line 3, column 12: " of the last of the first `position` characters.
  std::string placeAfter(std::size_t position) const {
    const std::string_view read = text_.substr(0, position);
    const auto lineStart = read.rfind('\n') + 1;  // npos + 1 is 0
    return fmt::format("line {}, column {}: ", 1 + std::count(read.begin(), read.end(), '\n'),
                       read.size() - lineStart);
  }
  /// An object or array that has begun. Members are appended: Json::operator[] would search all for each.
  struct Open {
    bool isObject;
    Json::Array items;
    Json::Object members;
    std::string key;
  };
  bool fail(std::string why) {
    if (problem.empty()) problem = std::move(why);
    return false;
  }
  /// "subpolicies[3][1]: probability", where the next value belongs; of a long place the end.
  std::string entry() const {
    std::string place;
    bool isKeyFirst = false;
    for (const Open& open : open_ | std::views::reverse) {
      if (open.isObject && open.key.empty()) continue;
      const std::string part = open.isObject ? quotable(open.key) : fmt::format("[{}]", open.items.size());
      if (part.size() + place.size() > kMaxPlace) return "…" + place;
      place = part + (isKeyFirst ? ": " : "") + place;
      isKeyFirst = open.isObject;
    }
    return place;
  }
  bool tooMuch(std::size_t most, std::string_view what) {
    isLimit = true;
    const std::string place = entry();
    return fail(fmt::format("{}{}at most {} {} allowed; leave some out", place, place.empty() ? "" : ": ",
                            groupedText(static_cast<long long>(most)), what));
  }
  /// Whether the innermost array or object may have one more.
  bool hasRoom() {
    if (open_.empty()) return true;
    const Open& last = open_.back();
    const bool full = (last.isObject ? last.members.size() : last.items.size()) >= kMaxJsonItems;
    return !full ||
           tooMuch(kMaxJsonItems, last.isObject ? "keys in an object are" : "entries in an array are");
  }
  bool add(Json value) {
    if (++values_ > kMaxJsonValues) return tooMuch(kMaxJsonValues, "values in a file are");
    if (!open_.empty() && !open_.back().isObject && !hasRoom()) return false;
    if (open_.empty())
      result = std::move(value);
    else if (!open_.back().isObject)
      open_.back().items.push_back(std::move(value));
    else
      open_.back().members.emplace_back(std::move(open_.back().key), std::move(value));
    return true;
  }
  bool open(bool isObject) {
    if (open_.size() == kMaxDepth) {
      isLimit = true;
      return fail(fmt::format("more than {} levels of nesting; write it flatter", kMaxDepth));
    }
    open_.push_back({isObject, {}, {}, {}});
    return true;
  }
  bool close() {
    Open& last = open_.back();
    if (const std::string* key = repeatedKey(last.members))
      return fail(fmt::format("the key '{}' stands twice in one object; remove one", quotable(*key)));
    Json value = last.isObject ? Json(std::move(last.members)) : Json(std::move(last.items));
    open_.pop_back();
    return add(std::move(value));
  }
  std::string_view text_;
  std::vector<Open> open_;
  std::size_t values_ = 0;
};

void writeString(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          out += fmt::format("\\u{:04x}", static_cast<int>(c));
        else
          out += c;
    }
  }
  out += '"';
}

void writeDouble(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string_view digits(buffer, end - buffer);
  out += digits;
  if (digits.find_first_of(".e") == digits.npos) out += ".0";  // stays a double when read back
}

void newLine(std::string& out, int indent, int level) {
  if (indent < 0) return;
  out += '\n';
  out.append(static_cast<std::size_t>(indent) * level, ' ');
}

void write(std::string& out, const Json& json, int indent, int level) {
  if (json.isNull()) {
    out += "null";
  } else if (json.isBool()) {
    out += json.asBool() ? "true" : "false";
  } else if (json.isInt()) {
    out += std::to_string(json.asInt());
  } else if (json.isNumber()) {
    writeDouble(out, json.asDouble());
  } else if (json.isString()) {
    writeString(out, json.asString());
  } else if (json.isArray()) {
    out += '[';
    bool first = true;
    for (const Json& item : json.asArray()) {
      if (!first) out += indent < 0 ? "," : ", ";
      first = false;
      write(out, item, indent, level + 1);
    }
    out += ']';
  } else {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : json.asObject()) {
      if (!first) out += ',';
      first = false;
      newLine(out, indent, level + 1);
      writeString(out, key);
      out += indent < 0 ? ":" : ": ";
      write(out, value, indent, level + 1);
    }
    if (!first) newLine(out, indent, level);
    out += '}';
  }
}

[[noreturn]] void wrongType(const Json& json, std::string_view wanted) {
  throw Error(fmt::format("{} expected, {} found", wanted, foundText(json)));
}

}  // namespace

std::string_view Json::typeName() const {
  constexpr std::string_view names[] = {"null",     "true or false", "an integer", "a number",
                                        "a string", "an array",      "an object"};
  return names[value_.index()];
}

bool Json::asBool() const {
  if (const auto* value = std::get_if<bool>(&value_)) return *value;
  wrongType(*this, "true or false");
}

std::int64_t Json::asInt() const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  wrongType(*this, "an integer");
}

double Json::asDouble() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  if (const auto* text = std::get_if<std::string>(&value_)) {
    if (*text == "NaN") return std::nan("");
    if (*text == "Infinity") return HUGE_VAL;
    if (*text == "-Infinity") return -HUGE_VAL;
  }
  wrongType(*this, "a number");
}

const std::string& Json::asString() const {
  if (const auto* value = std::get_if<std::string>(&value_)) return *value;
  wrongType(*this, "a string");
}

const Json::Array& Json::asArray() const {
  if (const auto* value = std::get_if<Array>(&value_)) return *value;
  wrongType(*this, "an array");
}

const Json::Object& Json::asObject() const {
  if (const auto* value = std::get_if<Object>(&value_)) return *value;
  wrongType(*this, "an object");
}

const Json* Json::find(std::string_view key) const {
  if (const auto* members = std::get_if<Object>(&value_))
    for (const auto& [name, value] : *members)
      if (name == key) return &value;
  return nullptr;
}

const Json& Json::at(std::string_view key) const {
  if (const Json* value = find(key)) return *value;
  throw Error(fmt::format("the key '{}' is missing", quotable(key)));
}

Json& Json::operator[](std::string_view key) {
  if (isNull()) value_ = Object{};
  auto* members = std::get_if<Object>(&value_);
  if (!members) wrongType(*this, "an object");
  for (auto& [name, value] : *members)
    if (name == key) return value;
  if (members->empty()) members->reserve(kUsualMembers);
  return members->emplace_back(std::string(key), Json()).second;
}

void Json::push(Json value) {
  if (isNull()) value_ = Array{};
  auto* items = std::get_if<Array>(&value_);
  if (!items) wrongType(*this, "an array");
  items->push_back(std::move(value));
}

std::string Json::dump(int indent) const {
  std::string out;
  write(out, *this, indent, 0);
  return out;
}

Json parseJson(std::string_view text, std::string_view source) {
  if (text.size() > kMaxBytes)
    throw LimitError(fmt::format("{}: {} bytes of JSON found, at most {} allowed; leave something out",
                                 source, text.size(), kMaxBytes));
  // The parser takes a NUL for the end of the text, and would not see what stands behind it.
  if (const auto nul = text.find('\0'); nul != text.npos)
    throw Error(fmt::format("{}: line {}: a NUL character found, which is no JSON; remove it", source,
                            1 + std::count(text.begin(), text.begin() + nul, '\n')));
  Builder builder(text);
  const bool ok = nlohmann::json::sax_parse(text.begin(), text.end(), &builder,
                                            nlohmann::json::input_format_t::json, true, true);
  if (!ok) {
    const std::string why = fmt::format("{}: {}", source, printable(builder.problem, kMaxProblem));
    if (builder.isLimit) throw LimitError(why);
    throw Error(why);
  }
  return std::move(builder.result);
}

Json readJsonFile(const std::filesystem::path& file) {
  return parseJson(readTextFile(file, kMaxBytes), file.string());
}

}  // namespace uada
