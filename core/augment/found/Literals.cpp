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
constexpr std::size_t kMaxKeys = 100;        // of one dictionary
constexpr std::size_t kMaxLiterals = 1'000;  // with a name, of one file

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
    return word();
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

  Json word() {
    const std::size_t begin = at_;
    while (isName(peek())) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (name == "True") return Json(true);
    if (name == "False") return Json(false);
    if (name == "None") return Json();
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

Json readCounted(std::string_view text, std::size_t& at, const std::string& place, std::size_t& values) {
  Reader reader(text, at, place, values);
  Json value = reader.value();
  at = reader.at();
  return value;
}

std::string_view nameAt(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && isName(text[end])) ++end;
  return text.substr(at, end - at);
}

std::size_t afterBlanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

/// The start of the line after `at`.
std::size_t nextLine(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == text.npos ? text.size() : end + 1;
}

/// At the first indented line from `at` that is neither empty nor a comment; the text's end if the body is
/// over.
std::size_t bodyLine(std::string_view text, std::size_t at) {
  for (; at < text.size(); at = nextLine(text, at)) {
    const std::size_t begin = afterBlanks(text, at);
    if (begin >= text.size() || text[begin] == '\n' || text[begin] == '\r' || text[begin] == '#') continue;
    return begin > at ? begin : text.size();
  }
  return at;
}

/// Behind `NAME =` if an opening bracket follows, else 0.
std::size_t afterAssignment(std::string_view text, std::size_t at) {
  std::size_t next = afterBlanks(text, at + nameAt(text, at).size());
  if (next == at || next >= text.size() || text[next] != '=') return 0;
  next = afterBlanks(text, next + 1);
  return next < text.size() && (text[next] == '[' || text[next] == '(') ? next : 0;
}

/// Whether the text from `at` on gives nothing more to the expression before it.
bool endsThere(std::string_view text, std::size_t at) {
  at = afterBlanks(text, at);
  return at >= text.size() || text[at] == '\n' || text[at] == '\r' || text[at] == '#' || text[at] == ';';
}

/// The literal of a function's body that begins at `at`; false if the body is more than that.
bool bodyLiteral(std::string_view text, std::size_t at, const std::string& place, std::size_t& values,
                 Json& value, std::size_t& end) {
  at = bodyLine(text, at);
  if (at >= text.size()) return false;
  if (nameAt(text, at) == "return") {
    at = afterBlanks(text, at + 6);
    if (at >= text.size() || (text[at] != '[' && text[at] != '(')) return false;
    value = readCounted(text, at, place, values);
    end = at;
    return endsThere(text, at);
  }
  const std::string name(nameAt(text, at));
  at = afterAssignment(text, at);
  if (at == 0) return false;
  value = readCounted(text, at, place, values);
  if (!endsThere(text, at)) return false;
  at = bodyLine(text, nextLine(text, at));
  if (at >= text.size() || nameAt(text, at) != "return") return false;
  at = afterBlanks(text, at + 6);
  end = at + name.size();
  return nameAt(text, at) == name && endsThere(text, end);
}

}  // namespace

Json readLiteral(std::string_view text, std::size_t& at, const std::string& place) {
  std::size_t values = 0;
  return readCounted(text, at, place, values);
}

std::vector<NamedLiteral> namedLiterals(std::string_view text, const std::string& place,
                                        std::vector<std::string>* passed) {
  std::vector<NamedLiteral> found;
  std::size_t values = 0;
  const auto keep = [&](NamedLiteral& literal) {
    if (found.size() == kMaxLiterals)
      throw LimitError(fmt::format("{}: {}: at most {} lists with a name are read; split the file", place,
                                   quotable(literal.name), groupedText(kMaxLiterals)));
    found.push_back(std::move(literal));
  };
  for (std::size_t at = 0; at < text.size(); at = nextLine(text, at)) {
    NamedLiteral literal;
    if (text.substr(at, 4) == "def ") {
      const std::size_t begin = afterBlanks(text, at + 4);
      literal.name = nameAt(text, begin);
      const std::size_t colon = begin + literal.name.size() + 2;
      if (text.substr(begin + literal.name.size(), 3) != "():") continue;
      std::size_t end = at;
      const std::string own = fmt::format("{}: {}", place, quotable(literal.name));
      if (bodyLiteral(text, nextLine(text, colon), own, values, literal.value, end)) {
        at = end;
        keep(literal);
      } else if (passed) {
        passed->push_back(literal.name);
      }
    } else if (std::size_t value = afterAssignment(text, at); value != 0) {
      literal.name = nameAt(text, at);
      literal.value = readCounted(text, value, fmt::format("{}: {}", place, quotable(literal.name)), values);
      if (!endsThere(text, value)) continue;
      at = value;
      keep(literal);
    }
  }
  return found;
}

}  // namespace uada
