#pragma once

#include <fmt/core.h>

#include <charconv>
#include <filesystem>
#include <string_view>

#include "core/base/Error.h"
#include "core/base/Printable.h"

namespace uada::predictions {

constexpr std::size_t kMostText = std::size_t{1} << 31;  // bytes of a text file that is read

/// The lines of a file, one after another.
class TextLines {
 public:
  /// text  of the file; outlives this
  TextLines(std::string_view text, std::filesystem::path file) : rest_(text), file_(std::move(file)) {}

  /// Goes on to the next line. returns  false: there is none
  bool next() {
    if (rest_.empty()) return false;
    line_ = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(rest_.size(), line_.size() + 1));
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    ++number_;
    return true;
  }
  std::string_view line() const { return line_; }
  void requireFirst(std::string_view expected) {
    if (!next() || line_ != expected) refuse(expected);
  }
  /// Throws Error naming file and line, with what was found there.
  [[noreturn]] void refuse(std::string_view expected) const {
    throw Error(fmt::format("'{}', line {}: '{}' found, {} expected; predict again ('uada predict')",
                            file_.string(), number_, quotable(line_), expected));
  }

 private:
  std::string_view rest_, line_;
  const std::filesystem::path file_;
  std::size_t number_ = 0;
};

/// returns  false: the whole text is no such number
template <class Number>
bool readNumber(std::string_view text, Number& value) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return !text.empty() && read.ec == std::errc() && read.ptr == end;
}

}  // namespace uada::predictions
