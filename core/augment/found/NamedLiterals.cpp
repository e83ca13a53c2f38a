#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "core/augment/found/Literals.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"

// The literals of Python source that have a name.

namespace uada {
namespace {

constexpr std::size_t kMaxLiterals = 1'000;  // with a name, of one file
constexpr std::size_t kMaxPassed = 100;
constexpr const char* kMore = "it is more than one list of literals";

bool isName(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

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

/// The start of the next line that is code: those inside strings of three quotes are not.
std::size_t nextCodeLine(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '\n') {
    const char c = text[at];
    if (c == '#') return nextLine(text, at);
    if (c != '"' && c != '\'') {
      ++at;
    } else if (const std::string quotes(3, c); text.substr(at, 3) == quotes) {
      const std::size_t end = text.find(quotes, at + 3);
      at = end == text.npos ? text.size() : end + 3;
    } else {  // of one quote: ends on its line
      for (++at; at < text.size() && text[at] != c && text[at] != '\n'; ++at)
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
      if (at < text.size() && text[at] == c) ++at;
    }
  }
  return std::min(at + 1, text.size());
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

/// Behind a `: TYPE` at `at`; `at` if there is none.
std::size_t afterType(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != ':') return at;
  const std::size_t end = text.find_first_of("=\n#", at);
  return end == text.npos ? text.size() : end;
}

/// Behind `NAME =`, or `NAME = OTHER =`, if an opening bracket follows, else 0.
std::size_t afterAssignment(std::string_view text, std::size_t at) {
  for (bool first = true;; first = false) {
    std::size_t next = afterBlanks(text, at + nameAt(text, at).size());
    if (next == at) return 0;
    if (first) next = afterType(text, next);
    if (next >= text.size() || text[next] != '=') return 0;
    at = afterBlanks(text, next + 1);
    if (at < text.size() && (text[at] == '[' || text[at] == '(')) return at;
  }
}

/// Whether the text from `at` on gives nothing more to the expression before it.
bool endsThere(std::string_view text, std::size_t at) {
  at = afterBlanks(text, at);
  return at >= text.size() || text[at] == '\n' || text[at] == '\r' || text[at] == '#' || text[at] == ';';
}

/// Where the literal of a function's body that begins at `at` begins, and the name it has there, "" if it is
/// returned at once; 0 if the body does not begin with one.
std::size_t bodyLiteral(std::string_view text, std::size_t at, std::string_view& name) {
  at = bodyLine(text, at);
  if (at >= text.size()) return 0;
  name = nameAt(text, at);
  if (name != "return") return afterAssignment(text, at);
  name = {};
  at = afterBlanks(text, at + 6);
  return at < text.size() && (text[at] == '[' || text[at] == '(') ? at : 0;
}

/// Whether the body goes on, behind its literal, with no more than the return of it.
/// at  afterwards behind that
bool bodyEnds(std::string_view text, std::size_t& at, std::string_view name) {
  if (!endsThere(text, at)) return false;
  if (name.empty()) return true;
  const std::size_t line = bodyLine(text, nextLine(text, at));
  if (line >= text.size() || nameAt(text, line) != "return") return false;
  const std::size_t returned = afterBlanks(text, line + 6), end = returned + name.size();
  if (nameAt(text, returned) != name || !endsThere(text, end)) return false;
  at = end;
  return true;
}

/// Of a `def NAME():` at `at`, also `def NAME() -> TYPE:`, the name; "" if it is none.
std::string_view functionAt(std::string_view text, std::size_t at) {
  if (text.substr(at, 4) != "def ") return {};
  const std::size_t begin = afterBlanks(text, at + 4);
  const std::string_view name = nameAt(text, begin);
  std::size_t next = begin + name.size();
  if (text.substr(next, 2) != "()") return {};
  next = afterBlanks(text, next + 2);
  if (text.substr(next, 2) == "->") next = std::min(text.find_first_of(":\n", next), text.size());
  return next < text.size() && text[next] == ':' ? name : std::string_view();
}

}  // namespace

bool beginsLikePolicy(std::string_view text, std::size_t at) {
  for (int brackets = 0; at < text.size(); ++at) {
    if (text[at] == '#') at = std::min(text.find('\n', at), text.size() - 1);
    const char c = text[at];
    if (std::isspace(static_cast<unsigned char>(c))) continue;
    if (brackets == 3) return c == '"' || c == '\'';
    if (c != '[' && c != '(') return false;
    ++brackets;
  }
  return false;
}

namespace {

/// What a file's lists and functions are read into.
class Findings {
 public:
  Findings(std::string_view text, const std::string& place, std::vector<LeftOut>& passed)
      : text_(text), place_(place), passed_(passed) {}

  std::vector<NamedLiteral> read() {
    for (std::size_t at = 0; at < text_.size(); at = next(at)) {
      std::string_view inner;
      if (const std::string_view name = functionAt(text_, at); !name.empty()) {
        const std::size_t begin = bodyLiteral(text_, nextLine(text_, at), inner);
        if (begin == 0)
          pass(name, kMore);
        else
          take(name, begin, at, [&](std::size_t& end) { return bodyEnds(text_, end, inner); });
      } else if (const std::size_t begin = afterAssignment(text_, at); begin != 0) {
        take(nameAt(text_, at), begin, at, [&](std::size_t& end) { return endsThere(text_, end); });
      }
    }
    refuseChanged();
    return std::move(found_);
  }

 private:
  /// The next statement that can begin a list: behind a semicolon, or on the next line.
  std::size_t next(std::size_t at) const {
    const std::size_t end = afterBlanks(text_, at);
    if (end > 0 && end < text_.size() && text_[end] == ';') return afterBlanks(text_, end + 1);
    return nextCodeLine(text_, at);
  }

  /// A list that a later line changes is not what the file means by its name.
  void refuseChanged() {
    std::size_t line = 1, counted = 0;
    for (std::size_t at = 0; at < text_.size(); at = nextCodeLine(text_, at)) {
      const std::size_t begin = text_.substr(at, 4) == "del " ? afterBlanks(text_, at + 4) : at;
      const std::string_view name = nameAt(text_, begin);
      const auto list = std::ranges::find(found_, name, &NamedLiteral::name);
      if (name.empty() || list == found_.end() || !changes(begin, begin > at)) continue;
      if (!list->problem.empty() || !looksLikePolicy(list->value)) continue;
      line += static_cast<std::size_t>(std::count(text_.begin() + counted, text_.begin() + at, '\n'));
      counted = at;
      list->problem = fmt::format("{}: {}: line {} changes the list, and Python is not run; write it whole",
                                  place_, quotable(name), line);
    }
  }

  /// Whether what follows the name at `begin` changes what it stands for.
  /// isDeleted  behind `del`
  bool changes(std::size_t begin, bool isDeleted) const {
    if (isDeleted) return true;
    const std::size_t at = afterBlanks(text_, begin + nameAt(text_, begin).size());
    if (at >= text_.size()) return false;
    const char c = text_[at], second = at + 1 < text_.size() ? text_[at + 1] : ' ';
    if (c == '.' || c == '[') return true;
    if (c == '=') return second != '=' && afterAssignment(text_, begin) == 0;
    return second == '=' && std::string_view("+-*/|&").find(c) != std::string_view::npos;
  }

  void pass(std::string_view name, std::string why) {
    if (passed_.size() < kMaxPassed) passed_.push_back({std::string(name), std::move(why)});
  }

  /// Keeps the literal that begins at `begin`.
  /// at  goes behind it where it is one and all there is.
  template <class IsAll>
  void take(std::string_view name, std::size_t begin, std::size_t& at, IsAll isAll) {
    NamedLiteral literal{std::string(name), {}, {}};
    std::size_t end = begin;
    try {
      literal.value = readLiteral(text_, end, fmt::format("{}: {}", place_, quotable(name)), values_);
    } catch (const LimitError&) {
      throw;
    } catch (const Error& error) {
      if (!beginsLikePolicy(text_, begin)) return pass(name, error.what());
      literal.problem = error.what();
      return keep(std::move(literal));
    }
    if (!isAll(end)) {
      const bool counts = text_.substr(at, 4) == "def " || beginsLikePolicy(text_, begin);
      return counts ? pass(name, kMore) : void();
    }
    at = end;
    keep(std::move(literal));
  }

  void keep(NamedLiteral literal) {
    if (found_.size() == kMaxLiterals)
      throw LimitError(fmt::format("{}: {}: at most {} lists with a name are read; split the file", place_,
                                   quotable(literal.name), groupedText(kMaxLiterals)));
    found_.push_back(std::move(literal));
  }

  std::string_view text_;
  const std::string& place_;
  std::vector<LeftOut>& passed_;
  std::vector<NamedLiteral> found_;
  std::size_t values_ = 0;
};

bool looksLikeOp(const Json& value) {
  if (!value.isArray() || value.asArray().size() < 2 || !value.asArray()[0].isString()) return false;
  return value.asArray().size() == 3 || value.asArray()[1].isNumber();
}

}  // namespace

bool looksLikePolicy(const Json& value) {
  return value.isArray() && std::ranges::any_of(value.asArray(), [](const Json& subpolicy) {
           return subpolicy.isArray() && std::ranges::any_of(subpolicy.asArray(), looksLikeOp);
         });
}

std::vector<NamedLiteral> namedLiterals(std::string_view text, const std::string& place,
                                        std::vector<LeftOut>& passed) {
  return Findings(text, place, passed).read();
}

}  // namespace uada
