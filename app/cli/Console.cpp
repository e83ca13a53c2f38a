#include "app/cli/Console.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/base/Error.h"
#include "core/base/Printable.h"

namespace uada::cli {
namespace {

void writeLine(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  if (text.empty() || text.back() != '\n') std::fputc('\n', stream);
}

bool startsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

void Console::say(std::string_view text) const {
  if (!json_) writeLine(stdout, printable(text));
}

void Console::note(std::string_view text) const {
  if (!quiet_) writeLine(stderr, printable(text));
}

void Console::object(std::string_view kind, const Json& members) const {
  if (!json_) return;
  Json::Object line{{"kind", Json(kind)}};
  for (const auto& member : members.asObject()) line.push_back(member);
  writeLine(stdout, Json(std::move(line)).dump());
  std::fflush(stdout);  // a reader at the other end of a pipe waits for each line
}

void printProblem(std::string_view message) {
  constexpr std::size_t kMost = 2000;  // bytes: some messages quote what was given
  std::string line = fmt::format("uada: {}", printable(message, kMost));
  std::replace(line.begin(), line.end(), '\n', ' ');
  writeLine(stderr, line);
}

void finishOutput() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    throw Error(fmt::format("cannot write to standard output: {}", std::strerror(errno ? errno : EIO)));
}

std::size_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), startsCharacter);
}

std::string shortened(std::string_view text, std::size_t width) {
  if (characters(text) <= width) return std::string(text);
  std::size_t bytes = 0, seen = 0;
  while (bytes < text.size() && (!startsCharacter(text[bytes]) || ++seen < width)) ++bytes;
  return std::string(text.substr(0, bytes)) + "…";
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = characters(columns_[c].title);
    for (const auto& row : rows_) width = std::max(width, characters(row[c]));
    widths.push_back(width);
  }
  std::string all;
  const auto line = [&](const auto& cellOf) {
    std::string text;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const std::string cell = cellOf(c);
      const std::string space(widths[c] - characters(cell), ' ');
      text += (c ? "  " : "") + (columns_[c].align == Align::right ? space + cell : cell + space);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    all += text + '\n';
  };
  line([&](std::size_t c) { return columns_[c].title; });
  std::size_t total = 2 * (columns_.size() - 1);
  for (const std::size_t width : widths) total += width;
  all += std::string(total, '-') + '\n';
  for (const auto& row : rows_) line([&](std::size_t c) { return row[c]; });
  return all;
}

}  // namespace uada::cli
