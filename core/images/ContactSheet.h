#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/images/Image.h"

namespace uada {

constexpr std::uint64_t kMaxSheetPixels = 64'000'000;

/// One picture of a contact sheet. An empty image leaves its place free.
struct SheetCell {
  Image image;
  std::vector<std::string>
      lines;            ///< caption under the picture; long lines are wrapped, if possible not before a unit
  bool framed = false;  ///< a thick frame, for the winner
};

struct SheetStyle {
  std::vector<std::string> headings;  ///< above the columns; fewer than columns: the rest is blank
  int pictureSide = 128;  ///< pixels that the longer side is enlarged to at most, by a whole factor >= 1
};

/// Pictures in rows of `columns`, left to right, dark text on white, ready to be written as PNG.
/// cells    at least one; columns >= 1
/// returns  an image as large as its content
/// throws   Error when the sheet would exceed 64 million pixels
Image contactSheet(const std::vector<SheetCell>& cells, int columns, const SheetStyle& style = {});

}  // namespace uada
