#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/Json.h"

namespace uada {

/// Reads literals as Python writes them: numbers, strings without escapes but \\ \' \", lists, tuples (become
/// arrays), dictionaries with string keys, True, False, None, comments. Nothing is run: names, operators,
/// calls and anything else are refused. Throws Error naming place and line; LimitError for more than 16
/// levels, 10,000 entries of one list, 100 keys of one dictionary or 400,000 values. at  where to begin in
/// the text; afterwards just behind the literal
Json readLiteral(std::string_view text, std::size_t& at, const std::string& place);

/// A literal that a source file gives a name.
struct NamedLiteral {
  std::string name;
  Json value;
};

/// From Python source: of every `NAME = [...]` at the start of a line the literal, and of every `def NAME():`
/// whose body is `return [...]` or `x = [...]` and `return x`. Other code is passed over unread. passed
/// receives the names of functions without parameters whose body is more than that. Throws LimitError for
/// more than 1,000 literals, or 400,000 values in all
std::vector<NamedLiteral> namedLiterals(std::string_view text, const std::string& place,
                                        std::vector<std::string>* passed = nullptr);

}  // namespace uada
