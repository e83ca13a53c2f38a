#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/Json.h"

namespace uada {

/// Reads literals as Python and JSON write them: numbers, strings without escapes but \\ \' \", lists, tuples
/// (become arrays), dictionaries with string keys, True, False, None, true, false, null, comments. A number,
/// truth value, string or array as NumPy prints it, np.float64(0.83), is what stands in its brackets. Nothing
/// is run: other names, operators, calls and anything else are refused. Throws Error naming place and line;
/// LimitError for more than 16 levels, 10,000 entries of one list, 100 keys of one dictionary or 400,000
/// values.
/// at  where to begin in the text; afterwards just behind the literal
Json readLiteral(std::string_view text, std::size_t& at, const std::string& place);
/// values  how many the file has had so far; afterwards with these
Json readLiteral(std::string_view text, std::size_t& at, const std::string& place, std::size_t& values);

/// A literal that a source file gives a name.
struct NamedLiteral {
  std::string name;
  Json value;
  std::string problem;  ///< why the value cannot be used, with its place; empty: it can
};

/// A list or function that was passed over.
struct LeftOut {
  std::string name, why;
};

/// Whether a value has the form of sub-policies, right or wrong: lists of lists of lists that begin with a
/// name and a number, or that are a name and two things.
bool looksLikePolicy(const Json& value);

/// Whether what begins at `at` begins like sub-policies: three brackets and a name in quotes.
bool beginsLikePolicy(std::string_view text, std::size_t at);

/// From Python source: of every `NAME = [...]` at the start of a line, also `NAME = OTHER = [...]` and
/// `NAME: TYPE = [...]`, the literal, and of every `def NAME():` whose body is `return [...]` or `x = [...]`
/// and `return x`. Other code is passed over unread. What begins like sub-policies but is not a literal has a
/// problem. passed receives other lists, and functions without parameters, that are more than a literal; the
/// first 100. Throws LimitError for more than 1,000 literals, or 400,000 values in all
std::vector<NamedLiteral> namedLiterals(std::string_view text, const std::string& place,
                                        std::vector<LeftOut>& passed);

}  // namespace uada
