#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/Json.h"

namespace uada::cli {

/// Where a verb's words go: the answer to standard output, in words or with --json as JSON
/// lines; what is said beside it to standard error. Used on the main thread.
class Console {
 public:
  explicit Console(bool json, bool quiet = false) : json_(json), quiet_(quiet) {}

  bool json() const { return json_; }
  /// The answer for people, a line or several; nothing with --json, where the objects are the answer.
  void say(std::string_view text) const;
  /// A line about what is going on: standard error, nothing with --quiet.
  void note(std::string_view text) const;
  /// One JSON object a line, `kind` first; nothing without --json.
  void object(std::string_view kind, const Json& members) const;
  /// With --json: whether the other end of the pipe has been closed, so that nobody reads the answer.
  bool isUnread() const;

 private:
  bool json_, quiet_;
};

/// "uada: message" on standard error, in one line without control characters, at most 2,000 bytes of it.
void printProblem(std::string_view message);
/// Throws Error if anything written to standard output did not arrive.
void finishOutput();

/// Rows and columns as aligned text. Width is counted in characters, not bytes.
class TextTable {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
    std::size_t most = 0;  ///< characters; what is longer goes on in lines below. 0: as wide as it needs
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// Each cell becomes one line (oneLine): a name may not look like another row.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// Two spaces between columns, a rule under the titles, no spaces at the ends of lines.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Characters of UTF-8 text.
std::size_t characters(std::string_view text);
/// Lines of at most `width` > 0 characters, broken at spaces and within longer words; at least one.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);
/// At most `width` characters, the last an ellipsis if any were cut off.
std::string shortened(std::string_view text, std::size_t width);

}  // namespace uada::cli
