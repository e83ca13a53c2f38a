#include "core/images/ContactSheet.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <span>

#include "core/base/Error.h"
#include "core/images/OpenCv.h"

namespace uada {
namespace {

constexpr int kMargin = 12;        // pixels around the sheet and between cells
constexpr int kFrame = 4;          // pixels
constexpr int kLineHeight = 16;    // pixels
constexpr double kScale = 0.42;    // of OpenCV's plain font: capitals of 9 pixels
constexpr int kMinimumWidth = 96;  // pixels, so that captions under tiny pictures stay readable
const cv::Scalar kInk(30, 30, 30), kFrameColour(0, 110, 60);

struct Size {
  int width = 0, height = 0;
};

/// OpenCV's drawn fonts know ASCII alone: what the captions of plans hold beside it gets a likeness.
std::string plainText(const std::string& text) {
  static const std::pair<std::string_view, std::string_view> kLikeness[] = {
      {"·", "|"},    {"−", "-"}, {"–", "-"},  {"×", "x"}, {"→", "->"},  {"←", "<-"},  {"↑", "up"},
      {"↓", "down"}, {"′", "'"}, {"±", "+-"}, {"Δ", "d"}, {"ε", "eps"}, {"°", " deg"}};
  std::string plain;
  for (std::size_t i = 0; i < text.size();) {
    const auto* likeness = std::find_if(std::begin(kLikeness), std::end(kLikeness), [&](const auto& pair) {
      return text.compare(i, pair.first.size(), pair.first) == 0;
    });
    if (likeness != std::end(kLikeness)) {
      plain += likeness->second;
      i += likeness->first.size();
      continue;
    }
    const auto c = static_cast<unsigned char>(text[i++]);
    if (c >= 0x20 && c < 0x7f)
      plain += static_cast<char>(c);
    else if (c >= 0xc0)
      plain += '?';  // the first byte of another character; its other bytes are left out
    else if (c < 0x20)
      plain += ' ';
  }
  return plain;
}

int textWidth(const std::string& text) {
  int baseline = 0;
  return cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, kScale, 1, &baseline).width;
}

void drawText(cv::Mat& sheet, const std::string& text, int x, int top) {
  cv::putText(sheet, text, {x, top + kLineHeight - 5}, cv::FONT_HERSHEY_SIMPLEX, kScale, kInk, 1,
              cv::LINE_AA);
}

bool isNumber(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  return !word.empty() && word.front() >= '0' && word.front() <= '9';
}

/// Whether the words about a space belong together, as "8 bits" and "factor -0.5": one is a number, and no
/// sign stands between them.
bool isBond(std::string_view text, std::size_t space) {
  const std::string_view before = text.substr(0, space);
  if (before.empty() || std::string_view(",:;").find(before.back()) != std::string_view::npos) return false;
  return isNumber(before.substr(before.rfind(' ') + 1)) || isNumber(text.substr(space + 1));
}

/// As many leading characters as fit, at least one, broken at a space where there is one: at one between a
/// number and its unit only if there is no other.
std::size_t fitting(const std::string& text, int width) {
  std::size_t count = text.size();
  while (count > 1 && textWidth(text.substr(0, count)) > width) --count;
  if (count == text.size()) return count;
  const std::size_t space = text.rfind(' ', count);
  for (std::size_t at = space; at != std::string::npos && at > 0; at = text.rfind(' ', at - 1))
    if (!isBond(text, at)) return at;
  return space == std::string::npos || space == 0 ? count : space;
}

std::vector<std::string> wrapped(const std::vector<std::string>& lines, int width) {
  std::vector<std::string> result;
  for (const std::string& line : lines) {
    std::string rest = plainText(line);
    do {
      const std::size_t count = fitting(rest, width);
      result.push_back(rest.substr(0, count));
      rest.erase(0, rest.find_first_not_of(' ', count));
    } while (!rest.empty());
  }
  return result;
}

int zoomOf(const Image& image, int side) { return std::max(1, side / std::max(image.width, image.height)); }

Size zoomedSize(const Image& image, int side) {
  if (image.empty()) return {};
  const int zoom = zoomOf(image, side);
  return {image.width * zoom, image.height * zoom};
}

void drawPicture(cv::Mat& sheet, const Image& image, int zoom, int left, int top) {
  for (int y = 0; y < image.height * zoom; ++y) {
    const std::uint8_t* from = image.view().row(y / zoom);
    std::uint8_t* to = sheet.ptr<std::uint8_t>(top + y) + std::size_t{3} * left;
    for (int x = 0; x < image.width * zoom; ++x)
      std::memcpy(to + 3 * x, from + std::size_t{3} * (x / zoom), 3);
  }
}

/// A row of the sheet: the cells and where they lie.
struct Row {
  std::span<const SheetCell> cells;
  std::vector<std::vector<std::string>> captions;
  int top = 0, pictureHeight = 0, height = 0;
};

struct Layout {
  int cellWidth = kMinimumWidth;
  std::vector<Row> rows;
  std::vector<std::vector<std::string>> headings;
  int headingHeight = 0;
  Size size;
};

Layout laidOut(std::span<const SheetCell> cells, int columns, const SheetStyle& style) {
  Layout layout;
  for (const SheetCell& cell : cells) {
    layout.cellWidth = std::max(layout.cellWidth, zoomedSize(cell.image, style.pictureSide).width);
  }
  for (int c = 0; c < std::min<int>(columns, static_cast<int>(style.headings.size())); ++c) {
    layout.headings.push_back(wrapped({style.headings[c]}, layout.cellWidth));
    layout.headingHeight = std::max<int>(layout.headingHeight, kLineHeight * layout.headings.back().size());
  }
  int top = kMargin + layout.headingHeight + (layout.headingHeight ? kMargin / 2 : 0);
  for (std::size_t begin = 0; begin < cells.size(); begin += columns) {
    Row row{cells.subspan(begin, std::min<std::size_t>(columns, cells.size() - begin)), {}, top, 0, 0};
    std::size_t lines = 0;
    for (const SheetCell& cell : row.cells) {
      row.pictureHeight = std::max(row.pictureHeight, zoomedSize(cell.image, style.pictureSide).height);
      row.captions.push_back(wrapped(cell.lines, layout.cellWidth));
      lines = std::max(lines, row.captions.back().size());
    }
    row.height = row.pictureHeight + kFrame + 2 + kLineHeight * static_cast<int>(lines);
    top += row.height + kMargin;
    layout.rows.push_back(std::move(row));
  }
  layout.size = {kMargin + columns * (layout.cellWidth + kMargin), top};
  return layout;
}

void drawRow(cv::Mat& sheet, const Row& row, int cellWidth, int pictureSide) {
  for (std::size_t c = 0; c < row.cells.size(); ++c) {
    const SheetCell& cell = row.cells[c];
    const int left = kMargin + static_cast<int>(c) * (cellWidth + kMargin);
    const Size size = zoomedSize(cell.image, pictureSide);
    if (cell.framed && size.width > 0) {
      cv::rectangle(
          sheet, cv::Rect(left - kFrame, row.top - kFrame, size.width + 2 * kFrame, size.height + 2 * kFrame),
          kFrameColour, cv::FILLED);
    }
    if (size.width > 0) drawPicture(sheet, cell.image, zoomOf(cell.image, pictureSide), left, row.top);
    int top = row.top + row.pictureHeight + kFrame + 2;
    for (const std::string& line : row.captions[c]) {
      drawText(sheet, line, left, top);
      top += kLineHeight;
    }
  }
}

}  // namespace

void requireSheetSize(std::uint64_t width, std::uint64_t height) {
  requireWritable(width, height, "a contact sheet", "show fewer or smaller pictures");
}

ImageSize contactSheetSize(const std::vector<SheetCell>& cells, int columns, const SheetStyle& style) {
  const Size size = laidOut(cells, std::min<int>(columns, static_cast<int>(cells.size())), style).size;
  return {size.width, size.height};
}

Image contactSheet(const std::vector<SheetCell>& cells, int columns, const SheetStyle& style) {
  keepOpenCvSerial();
  if (cells.empty() || columns < 1) throw Error("cannot make a contact sheet: no pictures or no columns");
  columns = std::min<int>(columns, static_cast<int>(cells.size()));
  const Layout layout = laidOut(cells, columns, style);
  requireSheetSize(std::uint64_t(layout.size.width), std::uint64_t(layout.size.height));
  Image result(layout.size.width, layout.size.height);
  std::fill(result.rgb.begin(), result.rgb.end(), 255);
  cv::Mat sheet(result.height, result.width, CV_8UC3, result.rgb.data());
  for (std::size_t c = 0; c < layout.headings.size(); ++c) {
    const int left = kMargin + static_cast<int>(c) * (layout.cellWidth + kMargin);
    int top = kMargin;
    for (const std::string& line : layout.headings[c]) {
      drawText(sheet, line, left, top);
      top += kLineHeight;
    }
  }
  for (const Row& row : layout.rows) drawRow(sheet, row, layout.cellWidth, style.pictureSide);
  return result;
}

}  // namespace uada
