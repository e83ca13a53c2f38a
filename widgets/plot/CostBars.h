#pragma once

#include <QWidget>
#include <vector>

#include "core/engine/Reports.h"
#include "widgets/plot/Chart.h"

namespace uada {

class Theme;

/// Where time goes: one stacked bar for a run, or for all seeds of a group on one machine, to a common scale
/// of milliseconds per step. GUI thread.
class CostBars : public QWidget, public Chart {
  Q_OBJECT
 public:
  struct Row {
    QString name;
    QColor colour;
    Timings timings;  ///< seconds, over `steps`
    std::int64_t steps = 0;
    int runs = 1;
    QString ratio;      ///< "4.10 × ra-uc"; may be empty
    QString ratioHelp;  ///< what it is compared with
  };
  explicit CostBars(const Theme& theme, QWidget* parent = nullptr);
  void show(std::vector<Row> rows);
  const std::vector<Row>& rows() const { return rows_; }
  using QWidget::show;
  QString chartName() const override { return tr("Time per step"); }
  bool hasContent() const override { return !rows_.empty(); }
  void draw(QPainter& painter, QSize size) const override;
  /// A row a curve and phase, and one for all phases: runs, steps, milliseconds per step, and what the ratio
  /// says.
  QByteArray numbers() const override;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {240, sizeHint().height()}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;

 private:
  void paint(QPainter& painter) const;
  QRect barOf(int row) const;
  int labelWidth() const;
  int numberWidth() const;
  void paintRow(QPainter& painter, int row, double longest) const;
  void paintLegend(QPainter& painter) const;
  std::vector<QPoint> legendPlaces() const;
  int headHeight() const;  ///< of the legend, above the rows

  const Theme& theme_;
  std::vector<Row> rows_;
};

}  // namespace uada
