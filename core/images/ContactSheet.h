#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/images/Image.h"
#include "core/images/ImageIo.h"

namespace uada {

constexpr std::uint64_t kMaxSheetPixels = ImageLimits{}.maxPixels;  ///< what is written can be read

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
/// throws   Error where requireSheetSize() does, before memory is taken for the sheet
Image contactSheet(const std::vector<SheetCell>& cells, int columns, const SheetStyle& style = {});
/// Of the same sheet, which is not made and may be too large.
ImageSize contactSheetSize(const std::vector<SheetCell>& cells, int columns, const SheetStyle& style = {});
/// Throws Error for a sheet of more than 64 million pixels or 65,500 a side.
void requireSheetSize(std::uint64_t width, std::uint64_t height);

}  // namespace uada
