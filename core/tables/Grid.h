#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/Csv.h"

namespace uada {

/// Text in rows and columns, ready to be laid out. The first column is aligned left, the others right.
struct TableGrid {
  std::string title, note;  ///< note: below it, of one or more lines
  std::string label;        ///< for LaTeX's \label: letters, digits and hyphens
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::vector<bool>> bold = {};  ///< of each cell; empty: none is
  std::vector<std::string> comments = {};    ///< lines for LaTeX, inside the part for pasting

  bool isBold(std::size_t row, std::size_t column) const { return row < bold.size() && bold[row][column]; }
};

/// Aligned columns for people; long headers and the note are wrapped; a star behind what is bold.
std::string plainText(const TableGrid& grid);
std::string markdown(const TableGrid& grid);
/// A complete document with the rules of booktabs; the part to paste stands between two comment lines.
std::string latex(const TableGrid& grid);

/// One line of CSV; each cell as it is.
std::string csvLine(const std::vector<std::string>& cells);
/// The fewest digits that read back to the same number.
std::string csvNumber(double value);

/// Text for LaTeX: the ten special characters as commands, ± × ε and the like as mathematics, control
/// characters dropped, any other character outside ASCII as a question mark.
std::string latexText(std::string_view text);
std::string markdownText(std::string_view text);

}  // namespace uada
