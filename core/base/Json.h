#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace uada {

/// A JSON value that keeps the order of its members. The parser behind it is nlohmann-json, which is
/// included by Json.cpp alone.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;
  Json(bool value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(std::int64_t value) : value_(value) {}
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  static Json object() { return Json(Object{}); }
  static Json array() { return Json(Array{}); }

  bool isNull() const { return std::holds_alternative<std::monostate>(value_); }
  bool isBool() const { return std::holds_alternative<bool>(value_); }
  bool isInt() const { return std::holds_alternative<std::int64_t>(value_); }
  bool isNumber() const { return isInt() || std::holds_alternative<double>(value_); }
  bool isString() const { return std::holds_alternative<std::string>(value_); }
  bool isArray() const { return std::holds_alternative<Array>(value_); }
  bool isObject() const { return std::holds_alternative<Object>(value_); }
  /// A word for error messages: "a number", "an object", ...
  std::string_view typeName() const;

  /// Each throws Error, naming what was found, if the value has another type.
  bool asBool() const;
  std::int64_t asInt() const;
  double asDouble() const;  ///< also reads "NaN", "Infinity" and "-Infinity", as dump() writes them
  const std::string& asString() const;
  const Array& asArray() const;
  const Object& asObject() const;

  const Json* find(std::string_view key) const;  ///< null if absent or not an object
  const Json& at(std::string_view key) const;    ///< throws Error naming the key if absent
  Json& operator[](std::string_view key);        ///< inserts null at the end if absent
  void push(Json value);                         ///< appends to an array (null becomes an array)

  /// indent < 0: one line. Doubles are written with the fewest digits that read back to the same bits.
  std::string dump(int indent = -1) const;

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

/// Strict JSON with // and /* */ comments. Duplicate keys, numbers outside double, text after the end, NUL
/// characters and invalid UTF-8 are errors that name source, line and remedy; more than 64 levels, 10,000
/// entries of one array or object, 400,000 values or 4 MiB are LimitErrors that name source and entry.
/// source  the file's name, or words such as "--set", for messages
Json parseJson(std::string_view text, std::string_view source);
Json readJsonFile(const std::filesystem::path& file);

}  // namespace uada
