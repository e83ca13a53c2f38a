#include "core/augment/found/Literals.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <set>

#include "core/base/Error.h"
#include "core/base/JsonLimits.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"

namespace uada {
namespace {

constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxKeys = 100;  // of one dictionary

bool isName(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
bool isDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

class Reader {
 public:
  /// values  how many the file has had so far
  Reader(std::string_view text, std::size_t at, const std::string& place, std::size_t& values)
      : text_(text), at_(at), place_(place), values_(values) {}
  std::size_t at() const { return at_; }

  Json value(int depth = 0) {
    if (depth > kMaxDepth)
      throw LimitError(
          fmt::format("{}: more than {} levels of nesting; write it flatter", where(), kMaxDepth));
    if (++values_ > kMaxJsonValues) tooMuch(kMaxJsonValues, "values in a file");
    skip();
    const char c = peek();
    if (c == '[') return list(']', depth);
    if (c == '(') return list(')', depth);
    if (c == '{') return dictionary(depth);
    if (c == '"' || c == '\'') return Json(string());
    if (isDigit(c) || c == '-' || c == '+' || c == '.') return number();
    return word(depth);
  }

 private:
  std::string where() const {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, text_.size()));
    return fmt::format("{}: line {}", place_, 1 + std::count(text_.begin(), end, '\n'));
  }
  [[noreturn]] void fail(std::string_view what) const {
    throw Error(fmt::format("{}: {}; only literals are read", where(), what));
  }
  [[noreturn]] void tooMuch(std::size_t most, std::string_view what) const {
    throw LimitError(fmt::format("{}: at most {} {} are allowed; leave some out", where(),
                                 groupedText(static_cast<long long>(most)), what));
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  /// White space, comments and joined lines.
  void skip() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '#') {
        at_ = text_.find('\n', at_);
        if (at_ == text_.npos) return void(at_ = text_.size());
      }
      const bool joined = text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
      if (!joined && !std::isspace(static_cast<unsigned char>(text_[at_]))) return;
    }
  }

  Json list(char close, int depth) {
    Json::Array items;
    for (++at_;;) {
      skip();
      if (peek() == close) return ++at_, Json(std::move(items));
      if (items.size() == kMaxJsonItems) tooMuch(kMaxJsonItems, "entries of a list");
      items.push_back(value(depth + 1));
      separator(close);
    }
  }

  Json dictionary(int depth) {
    Json::Object members;
    std::set<std::string> keys;
    for (++at_;;) {
      skip();
      if (peek() == '}') return ++at_, Json(std::move(members));
      if (peek() != '"' && peek() != '\'') fail("a dictionary's key must be a string");
      std::string key = string();
      if (keys.size() == kMaxKeys) tooMuch(kMaxKeys, "keys of a dictionary");
      if (!keys.insert(key).second) fail(fmt::format("the key '{}' stands twice", quotable(key)));
      skip();
      if (peek() != ':') fail("':' expected");
      ++at_;
      members.emplace_back(std::move(key), value(depth + 1));
      separator('}');
    }
  }

  void separator(char close) {
    skip();
    if (peek() == ',')
      ++at_;
    else if (peek() != close)
      fail(fmt::format("',' or '{}' expected", close));
  }

  std::string string() {
    const char quote = text_[at_++];
    std::string out;
    for (; peek() != quote; ++at_) {
      if (at_ >= text_.size() || peek() == '\n') fail("a string does not end");
      if (peek() == '\\') {
        ++at_;
        if (peek() != '\\' && peek() != '\'' && peek() != '"') fail("an escape in a string");
      }
      out += peek();
    }
    ++at_;
    return out;
  }

  Json number() {
    const std::size_t begin = at_;
    std::string digits;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      const bool sign = (c == '-' || c == '+') && (at_ == begin || std::tolower(text_[at_ - 1]) == 'e');
      if (!sign && !isName(c) && c != '.') break;
      if (!(c == '+' && at_ == begin)) digits += c;
    }
    const char *first = digits.data(), *last = first + digits.size();
    if (digits.find_first_not_of("-0123456789") == digits.npos) {
      std::int64_t whole = 0;
      const auto [end, error] = std::from_chars(first, last, whole);
      if (error == std::errc() && end == last) return Json(whole);
    }
    double real = 0;
    const auto [end, error] = std::from_chars(first, last, real);
    if (error != std::errc() || end != last || !std::isfinite(real))
      fail(fmt::format("'{}' is not a number", quotable(digits)));
    return Json(real);
  }

  std::string_view nameHere() {
    const std::size_t begin = at_;
    while (isName(peek())) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  /// Behind `np` or `numpy` and a dot: the name that follows, else "".
  std::string_view nameOfNumpy(std::string_view module) {
    if ((module != "np" && module != "numpy") || peek() != '.') return {};
    ++at_;
    return nameHere();
  }

  /// What NumPy prints before a value in brackets, and array() of its older versions.
  static bool isNumpyType(std::string_view name) {
    constexpr std::string_view kTypes[] = {"float16", "float32", "float64", "longdouble", "int8",   "int16",
                                           "int32",   "int64",   "uint8",   "uint16",     "uint32", "uint64",
                                           "bool",    "bool_",   "str_",    "array"};
    return std::ranges::find(kTypes, name) != std::end(kTypes);
  }

  /// The one value between brackets.
  Json inBrackets(int depth) {
    ++at_;
    Json inner = value(depth + 1);
    skip();
    if (peek() != ')') fail("')' expected");
    ++at_;
    return inner;
  }

  Json word(int depth) {
    const std::size_t begin = at_;
    const std::string_view name = nameHere();
    if (name == "True" || name == "true") return Json(true);
    if (name == "False" || name == "false") return Json(false);
    if (name == "None" || name == "null") return Json();
    const std::string_view printed = name == "array" ? name : nameOfNumpy(name);
    if (printed == "True_") return Json(true);
    if (printed == "False_") return Json(false);
    if (isNumpyType(printed) && peek() == '(') return inBrackets(depth);
    at_ = begin;
    if (at_ >= text_.size()) fail("the text ends too early");
    fail(name.empty() ? fmt::format("'{}' found", quotable(text_.substr(at_, 1)))
                      : fmt::format("the name '{}' found", quotable(name)));
  }

  std::string_view text_;
  std::size_t at_;
  const std::string& place_;
  std::size_t& values_;
};

}  // namespace

Json readLiteral(std::string_view text, std::size_t& at, const std::string& place, std::size_t& values) {
  Reader reader(text, at, place, values);
  Json value = reader.value();
  at = reader.at();
  return value;
}

Json readLiteral(std::string_view text, std::size_t& at, const std::string& place) {
  std::size_t values = 0;
  return readLiteral(text, at, place, values);
}

}  // namespace uada
