#pragma once

#include <QWidget>
#include <vector>

namespace uada {

/// Equally large cells in as many columns as make them largest: four side by side where it is wide, two by
/// two, or one below the other.
class PictureGrid : public QWidget {
 public:
  PictureGrid(std::vector<QWidget*> cells, QWidget* parent = nullptr);
  QSize minimumSizeHint() const override { return {200, 200}; }

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  std::vector<QWidget*> cells_;
};

/// The columns that make the shorter side of a cell longest.
int columnsFor(QSize room, int cells);

}  // namespace uada
