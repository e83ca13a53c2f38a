#include "app/cli/Console.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
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

std::atomic<bool> readerGone{false};

bool startsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

/// Bytes of the first `count` characters.
std::size_t bytesOf(std::string_view text, std::size_t count) {
  std::size_t bytes = 0, seen = 0;
  while (bytes < text.size() && (!startsCharacter(text[bytes]) || ++seen <= count)) ++bytes;
  return bytes;
}

}  // namespace

void Console::say(std::string_view text) const {
  if (!json_) writeLine(stdout, printable(text));
}

void Console::note(std::string_view text) const {
  if (!quiet_) writeLine(stderr, oneLine(text));
}

void Console::object(std::string_view kind, const Json& members) const {
  if (!json_) return;
  Json::Object line{{"kind", Json(kind)}};
  for (const auto& member : members.asObject()) line.push_back(member);
  writeLine(stdout, Json(std::move(line)).dump());
  errno = 0;
  if (std::fflush(stdout) != 0 && errno == EPIPE)  // a reader at the other end of a pipe waits for each line
    readerGone = true;
}

bool Console::isUnread() const { return json_ && readerGone; }

void printProblem(std::string_view message) {
  constexpr std::size_t kMost = 2000;  // bytes: some messages quote what was given
  writeLine(stderr, fmt::format("uada: {}", oneLine(message, kMost)));
}

void finishOutput() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    throw Error(fmt::format("cannot write to standard output: {}", std::strerror(errno ? errno : EIO)));
}

std::size_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), startsCharacter);
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (characters(text) > width) {
    std::size_t end = bytesOf(text, width);
    if (const std::size_t space = text.rfind(' ', end); space != text.npos && space > 0) end = space;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(text[end] == ' ' ? end + 1 : end);
  }
  lines.emplace_back(text);
  return lines;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (characters(text) <= width) return std::string(text);
  return std::string(text.substr(0, bytesOf(text, width - 1))) + "…";
}

void TextTable::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = oneLine(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  using Lines = std::vector<std::string>;
  std::vector<std::vector<Lines>> rows(1 + rows_.size());  // the titles first
  std::vector<std::size_t> widths(columns_.size());
  const auto put = [&](std::size_t r, std::size_t c, const std::string& cell) {
    const std::size_t most = columns_[c].most;
    const Lines& lines = rows[r].emplace_back(most > 0 ? wrapped(cell, most) : Lines{cell});
    for (const std::string& line : lines) widths[c] = std::max(widths[c], characters(line));
  };
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    put(0, c, columns_[c].title);
    for (std::size_t r = 0; r < rows_.size(); ++r) put(r + 1, c, rows_[r][c]);
  }
  std::string all;
  const auto line = [&](const std::vector<Lines>& row, std::size_t number) {
    std::string text;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const std::string cell = number < row[c].size() ? row[c][number] : "";
      const std::string space(widths[c] - characters(cell), ' ');
      text += (c ? "  " : "") + (columns_[c].align == Align::right ? space + cell : cell + space);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    all += text + '\n';
  };
  std::size_t total = 2 * (columns_.size() - 1);
  for (const std::size_t width : widths) total += width;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::size_t height = 0;
    for (const Lines& cell : rows[r]) height = std::max(height, cell.size());
    for (std::size_t number = 0; number < height; ++number) line(rows[r], number);
    if (r == 0) all += std::string(total, '-') + '\n';
  }
  return all;
}

}  // namespace uada::cli
