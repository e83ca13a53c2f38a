#include "core/base/Printable.h"

#include <algorithm>
#include <iterator>

namespace uada {
namespace {

/// Bytes of the UTF-8 character that text starts with; 0: it starts with none.
std::size_t characterBytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = lead < 0x80   ? 1
                            : lead < 0xC2 ? 0
                            : lead < 0xE0 ? 2
                            : lead < 0xF0 ? 3
                            : lead < 0xF5 ? 4
                                          : 0;
  if (bytes > text.size()) return 0;
  const auto isRest = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  return std::all_of(text.begin() + 1, text.begin() + std::max<std::size_t>(bytes, 1), isRest) ? bytes : 0;
}

bool isControl(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return (first < 0x20 && first != '\n' && first != '\t') || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

/// Marks that turn the direction of what follows or show nothing, and Unicode's own ends of lines and
/// paragraphs: with them a text is shown as another, or as more lines, than it is.
bool isMark(std::string_view character) {
  constexpr std::string_view kMarks[] = {"\u061C", "\u200B", "\u200E", "\u200F", "\u2028", "\u2029",
                                         "\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2060",
                                         "\u2066", "\u2067", "\u2068", "\u2069", "\uFEFF"};
  return std::ranges::find(kMarks, character) != std::end(kMarks);
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
  const auto isPlain = [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\t'; };
  if (text.size() <= most && std::ranges::all_of(text, isPlain)) return std::string(text);
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(rest, isPlain) - rest.begin());
    const std::size_t room = most - shown.size();
    shown += rest.substr(0, std::min(plain, room));
    if (plain > room) return shown + "…";
    at += plain;
    if (at == text.size()) break;
    const std::size_t bytes = characterBytes(text.substr(at));
    const std::string_view character = text.substr(at, std::max<std::size_t>(bytes, 1));
    if (shown.size() + character.size() > most) return shown + "…";
    if (bytes == 0 || isControl(character) || isMark(character))
      shown += '?';
    else
      shown += character;
    at += character.size();
  }
  return shown;
}

std::string oneLine(std::string_view text, std::size_t most) {
  std::string shown = printable(text, most);
  std::ranges::replace_if(shown, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return shown;
}

std::string quotable(std::string_view text) {
  constexpr std::size_t kMost = 100;  // bytes
  std::string shown = printable(text, kMost);
  std::ranges::replace_if(shown, [](char c) { return c == '\n' || c == '\t'; }, '?');
  return shown;
}

bool isPlainLine(std::string_view text) {
  return text.find_first_of("\n\t") == text.npos && printable(text) == text;
}

}  // namespace uada
