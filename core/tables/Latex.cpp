#include <fmt/core.h>

#include <algorithm>

#include "core/base/Text.h"
#include "core/tables/Grid.h"

namespace uada {
namespace {

constexpr std::size_t kHeadingWidth = 14;

/// What stands for an ASCII character that LaTeX would not print as it is; empty: itself.
std::string_view commandFor(char c) {
  switch (c) {
    case '\\': return "\\textbackslash{}";
    case '~': return "\\textasciitilde{}";
    case '^': return "\\textasciicircum{}";
    case '{': return "\\{";
    case '}': return "\\}";
    case '$': return "\\$";
    case '&': return "\\&";
    case '#': return "\\#";
    case '_': return "\\_";
    case '%': return "\\%";
    case '<': return "$<$";
    case '>': return "$>$";
    case '|': return "$|$";
    case '"': return "''";
    default: return {};
  }
}

struct Sign {
  std::string_view utf8, command;
};
constexpr Sign kSigns[] = {{"±", "$\\pm$"},    {"×", "$\\times$"}, {"ε", "$\\varepsilon$"},
                           {"δ", "$\\delta$"}, {"Δ", "$\\Delta$"}, {"–", "--"},
                           {"—", "---"},       {"−", "$-$"},       {"≤", "$\\le$"},
                           {"≥", "$\\ge$"},    {"·", "$\\cdot$"},  {"µ", "$\\mu$"},
                           {"…", "\\ldots{}"}, {"†", "$\\dagger$"}};

/// The bytes of the UTF-8 character at the start of the text (1 if it is malformed).
std::size_t characterBytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && bytes < 4 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80)
    ++bytes;
  return bytes;
}

/// Whether pdflatex takes the letter as it is, in the fonts that it has without a package: those of Latin-1
/// and Latin Extended-A (U+00C0 to U+017F) but for some that stand in T1 fonts alone, or in none.
bool isLetter(std::string_view character) {
  constexpr std::string_view kNone = "×÷ÐÞðþĄąĐđĘęĦħĮįĸĿŀŉŊŋŦŧŲųſ";
  if (character.size() != 2) return false;
  const auto lead = static_cast<unsigned char>(character[0]);
  if (lead < 0xc3 || lead > 0xc5) return false;
  for (std::size_t i = 0; i < kNone.size(); i += 2)
    if (kNone.substr(i, 2) == character) return false;
  return true;
}

std::string signFor(std::string_view character) {
  if (isLetter(character)) return std::string(character);
  const auto* sign = std::ranges::find(kSigns, character, &Sign::utf8);
  return sign == std::end(kSigns) ? "?" : std::string(sign->command);
}

/// What comes after "\\" or a rule, which would take a "[" or "*" at its beginning for an option of its own.
std::string afterBreak(const std::string& text) {
  return text.starts_with('[') || text.starts_with('*') ? "{}" + text : text;
}

/// A header of several words as short lines under one another.
std::string stacked(const std::string& header) {
  std::string text, line;
  const auto endLine = [&] { text += (text.empty() ? "" : "\\\\") + afterBreak(latexText(line)); };
  for (std::size_t start = 0; start <= header.size();) {
    const std::size_t end = std::min(header.find(' ', start), header.size());
    if (!line.empty() && line.size() + 1 + end - start > kHeadingWidth) {
      endLine();
      line.clear();
    }
    line += (line.empty() ? "" : " ") + header.substr(start, end - start);
    start = end + 1;
  }
  const bool single = text.empty();
  endLine();
  return single ? text : "\\shortstack[r]{" + text + "}";
}

std::string latexRow(const std::vector<std::string>& cells) {
  return afterBreak(joined(cells, " & ")) + " \\\\\n";
}

std::string latexHeader(const TableGrid& grid) {
  std::vector<std::string> cells;
  for (const std::string& cell : grid.header) cells.push_back(stacked(cell));
  return latexRow(cells);
}

std::string latexRows(const TableGrid& grid) {
  std::string text;
  for (std::size_t row = 0; row < grid.rows.size(); ++row) {
    std::vector<std::string> cells;
    for (std::size_t column = 0; column < grid.rows[row].size(); ++column) {
      const std::string cell = latexText(grid.rows[row][column]);
      cells.push_back(grid.isBold(row, column) ? "\\textbf{" + cell + "}" : cell);
    }
    text += latexRow(cells);
  }
  return text;
}

std::string latexNote(std::string_view note) {
  std::string text;
  while (!note.empty()) {
    const std::size_t end = std::min(note.find('\n'), note.size());
    text += (text.empty() ? "" : "\\\\\n") + afterBreak(latexText(note.substr(0, end)));
    note.remove_prefix(std::min(end + 1, note.size()));
  }
  return text;
}

}  // namespace

std::string latexText(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t bytes = first < 0x80 ? 1 : characterBytes(text);
    if (first >= 0x80) {
      out += signFor(text.substr(0, bytes));
    } else if (const auto command = commandFor(text.front()); !command.empty()) {
      out += command;
    } else if (first >= 0x20 && first != 0x7f) {
      out += text.front();
    }
    text.remove_prefix(bytes);
  }
  return out;
}

std::string latex(const TableGrid& grid) {
  std::string text =
      "% A complete document; paste what stands between the two marked lines into your own, which then "
      "needs\n"
      "% \\usepackage{booktabs}, too.\n"
      "\\documentclass{article}\n"
      "\\usepackage[landscape,margin=15mm]{geometry}\n"
      "\\usepackage{booktabs}\n"
      "\\begin{document}\n"
      "% ---- from here ----\n";
  for (const std::string& comment : grid.comments) text += "% " + comment + '\n';
  text +=
      "\\begin{table}\n"
      "\\centering\n"
      "\\footnotesize\n"
      "\\setlength{\\tabcolsep}{3pt}\n";
  text += fmt::format("\\caption{{{}}}\n\\label{{tab:{}}}\n", latexText(grid.title), grid.label);
  text += fmt::format("\\begin{{tabular}}{{l{}}}\n\\toprule\n", std::string(grid.header.size() - 1, 'r'));
  text += latexHeader(grid) + "\\midrule\n" + latexRows(grid) + "\\bottomrule\n\\end{tabular}\n";
  if (!grid.note.empty())
    text +=
        fmt::format("\\par\\medskip\n\\parbox{{0.9\\linewidth}}{{\\scriptsize {}}}\n", latexNote(grid.note));
  return text + "\\end{table}\n% ---- to here ----\n\\end{document}\n";
}

}  // namespace uada
