#include "core/tables/RunQuery.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/base/Printable.h"
#include "core/base/Text.h"

namespace uada {

namespace {

using Node = RunQuery::Node;

struct Token {
  enum class Kind { word, op, sign, end } kind = Kind::end;
  std::string text;
  std::size_t place = 0;
  bool isQuoted = false;
};

constexpr std::string_view kSigns = "&|()", kOperators = "=!<>~", kQuotes = "\"'";
constexpr std::size_t kMostBytes = 4000, kMostDepth = 50;

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n'; }
bool has(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

/// Cuts a query into words, operators and signs.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {
    if (text.size() > kMostBytes)
      throw QueryFault(fmt::format("{} bytes found, at most {} allowed", text.size(), kMostBytes), 0);
    next();
  }
  const Token& now() const { return now_; }
  bool is(Token::Kind kind, std::string_view text) const { return now_.kind == kind && now_.text == text; }
  Token take() {
    Token taken = std::move(now_);
    next();
    return taken;
  }

 private:
  void next() {
    while (at_ < text_.size() && isBlank(text_[at_])) ++at_;
    now_ = {Token::Kind::end, "", at_};
    if (at_ == text_.size()) return;
    const char first = text_[at_];
    if (has(kSigns, first)) {
      now_ = {Token::Kind::sign, std::string(1, first), at_++};
    } else if (has(kOperators, first)) {
      while (at_ < text_.size() && has(kOperators, text_[at_])) now_.text += text_[at_++];
      now_.kind = Token::Kind::op;
    } else if (has(kQuotes, first)) {
      quoted(first);
    } else {
      while (at_ < text_.size() && !isBlank(text_[at_]) && !has(kSigns, text_[at_]) &&
             !has(kOperators, text_[at_]) && !has(kQuotes, text_[at_]))
        now_.text += text_[at_++];
      now_.kind = Token::Kind::word;
    }
  }

  void quoted(char quote) {
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) throw QueryFault("the closing quote is missing", at_);
    now_ = {Token::Kind::word, std::string(text_.substr(at_ + 1, end - at_ - 1)), at_, true};
    at_ = end + 1;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Token now_;
};

struct Suffix {
  std::string_view text;
  double factor;
};

/// "0.9", "1e-3", and with one of the suffixes: "90%". none: it is no number
std::optional<double> numberFrom(const std::string& text, std::span<const Suffix> suffixes) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return {};
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (rest.empty()) return value;
  for (const auto& [suffix, factor] : suffixes)
    if (rest == suffix) return value * factor;
  return {};
}

std::optional<double> valueFor(const RunColumn& column, const std::string& text) {
  static constexpr std::array kTimes{Suffix{"s", 1}, Suffix{"min", 60}, Suffix{"h", 3600},
                                     Suffix{"d", 86400}};
  static constexpr std::array kShares{Suffix{"%", 0.01}};
  if (column.kind == RunColumn::Kind::seconds) return numberFrom(text, kTimes);
  return numberFrom(text, kShares);
}

class Parser {
 public:
  Parser(std::string_view text, const RunColumns& columns) : tokens_(text), columns_(columns) {}

  Node query() {
    Node node = either();
    if (tokens_.now().kind != Token::Kind::end)
      throw QueryFault(fmt::format("'{}' is one too many", tokens_.now().text), tokens_.now().place);
    return node;
  }
  bool isEmpty() const { return tokens_.now().kind == Token::Kind::end; }

 private:
  bool isSign(std::string_view sign) const { return tokens_.is(Token::Kind::sign, sign); }

  Node either() {
    if (++depth_ > kMostDepth) throw QueryFault("there are too many parentheses", tokens_.now().place);
    Node node{Node::Kind::any};
    node.parts.push_back(both());
    while (isSign("|")) {
      tokens_.take();
      node.parts.push_back(both());
    }
    --depth_;
    return node;
  }

  Node both() {
    Node node{Node::Kind::all};
    node.parts.push_back(one());
    for (;;) {
      if (isSign("&"))
        tokens_.take();
      else if (tokens_.now().kind == Token::Kind::end || isSign("|") || isSign(")"))
        return node;
      node.parts.push_back(one());
    }
  }

  Node one() {
    const Token first = tokens_.take();
    if (first.kind == Token::Kind::sign && first.text == "(") {
      Node node = either();
      if (!isSign(")")) throw QueryFault("the closing parenthesis is missing", first.place);
      tokens_.take();
      return node;
    }
    if (first.kind == Token::Kind::end) throw QueryFault("a word or a condition is missing", first.place);
    if (first.kind != Token::Kind::word)
      throw QueryFault(fmt::format("a word or a condition expected, '{}' found", first.text), first.place);
    if (tokens_.now().kind == Token::Kind::op) return comparison(first);
    Node node{Node::Kind::word};
    node.text = lowered(first.text);
    return node;
  }

  Node comparison(const Token& key) {
    const RunColumn* column = columns_.find(key.text);
    if (!column) throw QueryFault(unknown(key.text), key.place);
    const Token op = tokens_.take();
    static constexpr std::array kKnown{"=", "!=", "~", "!~", "<", "<=", ">", ">="};
    if (std::ranges::find(kKnown, op.text) == kKnown.end())
      throw QueryFault(fmt::format("=, !=, ~, !~, <, <=, > or >= expected, '{}' found", op.text), op.place);
    const Token value = tokens_.take();
    if (value.kind != Token::Kind::word)
      throw QueryFault(fmt::format("a value is missing after '{}{}'", key.text, op.text), value.place);
    Node node{Node::Kind::comparison};
    node.column = *column;
    node.op = op.text;
    node.text = lowered(value.text);
    node.isText = !column->isNumber() || op.text.ends_with('~');
    if (!node.isText) node.value = number(*column, value);
    return node;
  }

  static double number(const RunColumn& column, const Token& value) {
    const auto number = valueFor(column, value.text);
    const bool isTime = column.kind == RunColumn::Kind::seconds;
    if (!number)
      throw QueryFault(
          fmt::format("{} is {}: {} expected, '{}' found", column.name, isTime ? "a time" : "a number",
                      isTime ? "'90', '30min' or '2h'" : "one", quotable(value.text)),
          value.place);
    if (column.kind == RunColumn::Kind::share && std::abs(*number) > 1)
      throw QueryFault(fmt::format("{0} is a share: '{1}%' or a number from 0 to 1 expected, '{1}' found",
                                   column.name, quotable(value.text)),
                       value.place);
    return *number;
  }

  std::string unknown(const std::string& key) const {
    std::vector<std::string> known;
    for (const RunColumn& column : columns_.all()) {
      known.push_back(column.name);
      known.insert(known.end(), column.aliases.begin(), column.aliases.end());
    }
    return fmt::format("there is no column or setting '{}'{}", quotable(key), suggestion(key, known));
  }

  Tokens tokens_;
  const RunColumns& columns_;
  std::size_t depth_ = 0;
};

template <class T>
bool compare(const T& a, const std::string& op, const T& b) {
  if (op == "=") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  return op == ">" ? a > b : a >= b;
}

/// Whether one of the words, which blanks and commas part, is the wanted one.
bool hasWord(const std::string& words, const std::string& wanted) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= words.size(); ++i) {
    if (i < words.size() && !isBlank(words[i]) && words[i] != ',') continue;
    if (i > begin && words.compare(begin, i - begin, wanted) == 0) return true;
    begin = i + 1;
  }
  return false;
}

bool holds(const Node& node, const ListedRun& run) {
  if (!node.isText) {
    const auto value = node.column.number(run);
    if (!value || std::isnan(*value)) return node.op == "!=";
    return compare(*value, node.op, node.value);
  }
  const std::string text = lowered(node.column.shown(run));
  if (node.op == "~") return text.find(node.text) != std::string::npos;
  if (node.op == "!~") return text.find(node.text) == std::string::npos;
  const bool isEquality = node.op == "=" || node.op == "!=";
  if (node.column.kind == RunColumn::Kind::words && isEquality)
    return (hasWord(text, node.text) || text == node.text) == (node.op == "=");
  if (text.empty() && !isEquality) return false;
  return compare(text, node.op, node.text);
}

bool mentions(const ListedRun& listed, const std::string& word) {
  const RunSummary& run = listed.run;
  if (lowered(listed.name).find(word) != std::string::npos) return true;
  for (const std::string* text :
       {&run.title, &run.key, &run.dataset, &run.model, &run.method, &run.tags, &run.notes})
    if (lowered(*text).find(word) != std::string::npos) return true;
  return std::string_view(stateName(run.state)).find(word) != std::string_view::npos ||
         lowered(listed.recipe).find(word) != std::string::npos;
}

bool matches(const Node& node, const ListedRun& run) {
  switch (node.kind) {
    case Node::Kind::all:
      return std::ranges::all_of(node.parts, [&](const Node& part) { return matches(part, run); });
    case Node::Kind::any:
      return std::ranges::any_of(node.parts, [&](const Node& part) { return matches(part, run); });
    case Node::Kind::word: return mentions(run, node.text);
    case Node::Kind::comparison: return holds(node, run);
  }
  return false;
}

}  // namespace

RunQuery::RunQuery(std::string_view text, const RunColumns& columns) {
  Parser parser(text, columns);
  if (!parser.isEmpty()) root_ = std::make_shared<const Node>(parser.query());
}

bool RunQuery::matches(const ListedRun& run) const { return !root_ || uada::matches(*root_, run); }

}  // namespace uada
