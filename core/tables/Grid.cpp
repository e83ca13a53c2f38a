#include "core/tables/Grid.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Text.h"

namespace uada {
namespace {

constexpr std::size_t kHeaderWidth = 12, kNoteWidth = 100;

/// Characters, not bytes, of UTF-8.
std::size_t widthOf(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// Where the word at `start` ends; "95 %" is one.
std::size_t wordEnd(std::string_view text, std::size_t start) {
  const std::size_t end = std::min(text.find(' ', start), text.size());
  return text.substr(end).starts_with(" %") ? std::min(text.find(' ', end + 1), text.size()) : end;
}

/// Lines of whole words of at most `width` characters; a longer word stands alone.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = wordEnd(text, start);
    const std::string_view word = text.substr(start, end - start);
    if (!line.empty() && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push_back(line);
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
    start = end + 1;
  }
  lines.push_back(line);
  return lines;
}

/// The lines of a note, each wrapped.
std::vector<std::string> noteLines(std::string_view note) {
  std::vector<std::string> lines;
  while (!note.empty()) {
    const std::size_t end = std::min(note.find('\n'), note.size());
    for (std::string& line : wrapped(note.substr(0, end), kNoteWidth)) lines.push_back(std::move(line));
    note.remove_prefix(std::min(end + 1, note.size()));
  }
  return lines;
}

/// With a star behind what is bold, and a space behind the others of a column that has such.
TableGrid starred(TableGrid grid) {
  for (std::size_t column = 0; column < grid.header.size(); ++column) {
    bool any = false;
    for (std::size_t row = 0; row < grid.rows.size(); ++row) any = any || grid.isBold(row, column);
    if (!any) continue;
    for (std::size_t row = 0; row < grid.rows.size(); ++row)
      grid.rows[row][column] += grid.isBold(row, column) ? "*" : " ";
  }
  return grid;
}

std::vector<std::vector<std::string>> wrappedHeader(const TableGrid& grid) {
  std::vector<std::vector<std::string>> header;
  for (std::size_t column = 0; column < grid.header.size(); ++column) {
    std::size_t width = kHeaderWidth;
    for (const auto& row : grid.rows) width = std::max(width, widthOf(row[column]));
    header.push_back(wrapped(grid.header[column], width));
  }
  return header;
}

std::string plainLine(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    const std::string space(widths[column] - widthOf(cells[column]), ' ');
    line += column == 0 ? cells[column] + space : "  " + space + cells[column];
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace

std::string plainText(const TableGrid& given) {
  const TableGrid grid = given.bold.empty() ? given : starred(given);
  const auto header = wrappedHeader(grid);
  std::vector<std::size_t> widths(grid.header.size());
  std::size_t lines = 0, total = 0;
  for (std::size_t column = 0; column < widths.size(); ++column) {
    for (const std::string& line : header[column]) widths[column] = std::max(widths[column], widthOf(line));
    for (const auto& row : grid.rows) widths[column] = std::max(widths[column], widthOf(row[column]));
    lines = std::max(lines, header[column].size());
    total += widths[column] + (column == 0 ? 0 : 2);
  }
  std::string text = grid.title + "\n\n";
  for (std::size_t line = 0; line < lines; ++line) {
    std::vector<std::string> cells;
    for (const auto& of : header) cells.push_back(line < of.size() ? of[line] : "");
    text += plainLine(cells, widths);
  }
  text += std::string(total, '-') + '\n';
  for (const auto& row : grid.rows) text += plainLine(row, widths);
  if (grid.note.empty()) return text;
  text += '\n';
  for (const std::string& line : noteLines(grid.note)) text += line + '\n';
  return text;
}

std::string markdownText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) continue;
    if (std::string_view("\\`*_[]<>|~").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string markdown(const TableGrid& grid) {
  const auto line = [](const std::vector<std::string>& texts) {
    return "| " + joined(texts, " | ") + " |\n";
  };
  std::vector<std::string> header;
  for (const std::string& cell : grid.header) header.push_back(markdownText(cell));
  std::string text = fmt::format("**{}**\n\n{}|", markdownText(grid.title), line(header));
  for (std::size_t column = 0; column < grid.header.size(); ++column)
    text += column == 0 ? " :-- |" : " --: |";
  text += '\n';
  for (std::size_t row = 0; row < grid.rows.size(); ++row) {
    std::vector<std::string> cells;
    for (std::size_t column = 0; column < grid.rows[row].size(); ++column) {
      const std::string cell = markdownText(grid.rows[row][column]);
      cells.push_back(grid.isBold(row, column) ? "**" + cell + "**" : cell);
    }
    text += line(cells);
  }
  for (std::string_view note = grid.note; !note.empty();) {
    const std::size_t end = std::min(note.find('\n'), note.size());
    text += '\n' + markdownText(note.substr(0, end)) + '\n';
    note.remove_prefix(std::min(end + 1, note.size()));
  }
  return text;
}

std::string csvLine(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : ",") + cells[i];
  return line + '\n';
}

std::string csvNumber(double value) { return fmt::format("{}", value); }

}  // namespace uada
