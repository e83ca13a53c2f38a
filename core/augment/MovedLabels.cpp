#include "core/augment/MovedLabels.h"

#include <algorithm>
#include <numeric>
#include <variant>
#include <vector>

#include "core/augment/Targets.h"

namespace uada {
namespace {

/// A move whose row depends on the row alone, and the column on the column; -1: nowhere.
struct Lines {
  std::vector<int> rows, columns;
};
using Move = std::variant<Lines, detail::CvWarp>;

bool isByLines(const Map& map) {
  return map.nearest == Nearest::cvResize ||
         (map.nearest == Nearest::pillow && map.affine.xy == 0 && map.affine.yx == 0);
}

Lines linesOf(const Map& map) {
  Lines lines{std::vector<int>(static_cast<std::size_t>(map.out.height)),
              std::vector<int>(static_cast<std::size_t>(map.out.width))};
  const auto each = [&map](ImageSize out, const auto& find) {
    Map line = map;
    line.out = out;
    map.nearest == Nearest::cvResize ? detail::eachOfCvResize(line, find) : detail::eachAligned(line, find);
  };
  each({1, map.out.height}, [&](int y, int, int row, int) { lines.rows[static_cast<std::size_t>(y)] = row; });
  each({map.out.width, 1},
       [&](int, int x, int, int column) { lines.columns[static_cast<std::size_t>(x)] = column; });
  return lines;
}

/// Replaces places in a picture by those in the picture before it.
void lookUp(std::vector<int>& places, const std::vector<int>& before) {
  for (int& place : places)
    if (place >= 0) place = before[static_cast<std::size_t>(place)];
}

/// The moves, last one first, neighbours by lines joined.
std::vector<Move> movesOf(std::span<const Map> maps) {
  std::vector<Move> moves;
  for (auto map = maps.rbegin(); map != maps.rend(); ++map) {
    if (!isByLines(*map)) {
      moves.emplace_back(detail::CvWarp(*map));
      continue;
    }
    Lines lines = linesOf(*map);
    auto* after = moves.empty() ? nullptr : std::get_if<Lines>(&moves.back());
    if (after) {
      lookUp(after->rows, lines.rows);
      lookUp(after->columns, lines.columns);
    } else {
      moves.emplace_back(std::move(lines));
    }
  }
  return moves;
}

/// The places of one row of pixels on their way back through the moves.
struct Places {
  std::vector<int> rows, columns;

  void goBack(const Lines& lines) {
    lookUp(rows, lines.rows);
    lookUp(columns, lines.columns);
  }
  void goBack(const detail::CvWarp& warp) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const int row = rows[i], column = columns[i];
      const bool known = row >= 0 && column >= 0;
      rows[i] = known ? warp.row(row, column) : -1;
      columns[i] = known ? warp.column(row, column) : -1;
    }
  }
};

/// Whether each map is about the whole picture that the one before it makes, and is looked up here.
bool isChain(LabelMapView labels, std::span<const Map> maps) {
  ImageSize size{labels.width, labels.height};
  for (const Map& map : maps) {
    if (map.part != PixelBox{0, 0, size.width, size.height}) return false;
    if (!isByLines(map) && map.nearest != Nearest::cvWarp) return false;
    size = map.out;
  }
  return true;
}

}  // namespace

LabelMap movedLabels(LabelMapView labels, std::span<const Map> maps, std::uint8_t ignore) {
  if (maps.empty() || !isChain(labels, maps)) {
    LabelMap moved(labels);
    for (const Map& map : maps) moved = movedLabels(moved.view(), map, ignore);
    return moved;
  }
  const std::vector<Move> moves = movesOf(maps);
  const ImageSize out = maps.back().out;
  LabelMap moved(out.width, out.height, ignore);
  const auto width = static_cast<std::size_t>(out.width);
  Places places{std::vector<int>(width), std::vector<int>(width)};
  for (int y = 0; y < out.height; ++y) {
    std::fill(places.rows.begin(), places.rows.end(), y);
    std::iota(places.columns.begin(), places.columns.end(), 0);
    for (const Move& move : moves) std::visit([&](const auto& one) { places.goBack(one); }, move);
    std::uint8_t* to = moved.row(y);
    for (std::size_t x = 0; x < width; ++x)
      if (places.rows[x] >= 0 && places.columns[x] >= 0)
        to[x] = labels.row(places.rows[x])[places.columns[x]];
  }
  return moved;
}

}  // namespace uada
