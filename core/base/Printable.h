#pragma once

#include <string>
#include <string_view>

namespace uada {

/// Text from elsewhere made fit for a terminal: every control character (C0 but for \n and \t, DEL, C1 as
/// UTF-8), every mark of direction or Unicode end of a line and every byte that is not UTF-8 becomes '?', and
/// what goes beyond `most` bytes is cut off at a character and replaced by an ellipsis.
std::string printable(std::string_view text, std::size_t most = std::string_view::npos);

/// The same on one line, where ends of lines become spaces: names and messages from elsewhere.
std::string oneLine(std::string_view text, std::size_t most = std::string_view::npos);

/// The same on one line and short: what a message quotes of a file.
std::string quotable(std::string_view text);

/// Whether nothing in it would have to be replaced: UTF-8 on one line without control characters and marks.
bool isPlainLine(std::string_view text);

}  // namespace uada
