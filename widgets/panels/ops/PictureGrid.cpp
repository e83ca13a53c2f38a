#include "widgets/panels/ops/PictureGrid.h"

#include <algorithm>
#include <utility>

#include "widgets/session/Theme.h"

namespace uada {

int columnsFor(QSize room, int cells) {
  int best = 1, longest = -1;
  for (int columns = 1; columns <= cells; ++columns) {
    const int rows = (cells + columns - 1) / columns;
    const int side = std::min(room.width() / columns, room.height() / rows);
    if (side <= longest) continue;
    longest = side;
    best = columns;
  }
  return best;
}

PictureGrid::PictureGrid(std::vector<QWidget*> cells, QWidget* parent)
    : QWidget(parent), cells_(std::move(cells)) {
  for (QWidget* cell : cells_) cell->setParent(this);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void PictureGrid::resizeEvent(QResizeEvent*) {
  const int count = static_cast<int>(cells_.size()), columns = columnsFor(size(), count);
  const int rows = (count + columns - 1) / columns;
  const int width = (this->width() - (columns - 1) * kGrid) / columns;
  const int height = (this->height() - (rows - 1) * kGrid) / rows;
  for (int i = 0; i < count; ++i)
    cells_[static_cast<std::size_t>(i)]->setGeometry(i % columns * (width + kGrid),
                                                     i / columns * (height + kGrid), width, height);
}

}  // namespace uada
