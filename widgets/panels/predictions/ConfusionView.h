#pragma once

#include <QAbstractScrollArea>
#include <QStringList>
#include <optional>
#include <vector>

#include "widgets/panels/predictions/Confusion.h"
#include "widgets/plot/Chart.h"

namespace uada {

class Theme;

/// What of a confusion matrix is looked at: a cell, a row (all that the class was taken for) or a column.
struct ConfusionCell {
  int truth = -1, predicted = -1;  ///< -1: any
  friend bool operator==(const ConfusionCell&, const ConfusionCell&) = default;
};

/// A confusion matrix: rows are true classes, columns predicted ones. A cell is coloured by its share of the
/// row, what is right in another colour than what is wrong, and has number and percentage where there is
/// room. Titles stay when it is scrolled; Ctrl with the wheel, plus and minus change the size of the cells.
class ConfusionView : public QAbstractScrollArea, public Chart {
  Q_OBJECT
 public:
  explicit ConfusionView(const Theme& theme, QWidget* parent = nullptr);

  void show(Confusion confusion, QStringList classes);
  using QWidget::show;
  /// Of the rows and columns. order  each class once
  void setOrder(std::vector<int> order);
  const std::vector<int>& order() const { return order_; }
  void setChosen(std::optional<ConfusionCell> cell);
  int side() const { return side_; }  ///< of a cell, pixels
  /// Where a cell lies in the viewport.
  QRect placeOf(int truth, int predicted) const;
  /// What lies at a point of the viewport; none: nothing.
  std::optional<ConfusionCell> cellAt(QPoint point) const;
  QString textOf(const ConfusionCell& cell) const;  ///< as the tooltip says it
  QString chartName() const override { return tr("Confusion matrix"); }
  bool hasContent() const override { return confusion_.samples() > 0; }
  void draw(QPainter& painter, QSize size) const override;
  /// A row a cell, in the order that is seen: true and predicted class, samples, share of the true class.
  QByteArray numbers() const override;
  QSize sizeHint() const override { return {560, 520}; }

 Q_SIGNALS:
  void chosen(const uada::ConfusionCell& cell);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool viewportEvent(QEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  void paint(QPainter& painter) const;
  void refit();
  void setSide(int side);
  void zoomAt(QPoint point, int side);
  QColor colourOf(int truth, int predicted) const;
  void paintCells(QPainter& painter, const QRect& seen) const;
  void paintTitles(QPainter& painter) const;
  void paintScale(QPainter& painter) const;
  QRect matrixArea() const;
  int placeIn(int label) const;
  int titleStep() const;

  const Theme& theme_;
  Confusion confusion_;
  QStringList classes_;
  std::vector<int> order_, places_;  ///< class at a place; place of a class
  double mostWrong_ = 0;             ///< share of a row
  std::optional<ConfusionCell> chosen_;
  int side_ = 0, titles_ = 0;  ///< pixels: of a cell, of the titles' room
  bool isFitted_ = true;       ///< the side follows the view's size
};

}  // namespace uada
