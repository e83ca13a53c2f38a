#pragma once

#include <qcustomplot.h>

#include <vector>

#include "widgets/plot/Plot.h"

class QFrame;
class QLabel;

namespace uada {

/// What a Plot is made of, for the sources of Plot alone: they are the only ones that see QCustomPlot.
struct Plot::Impl {
  Plot* owner = nullptr;
  const Theme& theme;
  Figure figure;
  QCustomPlot* plot = nullptr;
  QCPTextElement* title = nullptr;
  QCPLegend* legend = nullptr;
  QCPColorScale* scale = nullptr;
  QCPItemText* empty = nullptr;
  QCPItemStraightLine *cursor = nullptr, *hair = nullptr;
  QFrame* readOut = nullptr;
  QLabel* readOutText = nullptr;
  struct Drawn {
    QCPGraph* graph = nullptr;
    const std::vector<double>* x = nullptr;
    std::vector<double> y;
    int pixelsPerColumn = 1;
  };
  std::vector<Drawn> drawn;
  QCPColorMap* map = nullptr;
  bool zoomed = false, painted = false;
  QCPRange filledRange;
  int filledWidth = -1;

  explicit Impl(const Theme& t) : theme(t) {}
  void build();
  void restyle(const Theme& with);
  void rebuild();
  void wrapLegend();
  QCPGraph* graph(QCPAxis* y, const QColor& colour, int width, int alpha, Qt::PenStyle style = Qt::SolidLine);
  void addCurve(const Curve& curve);
  void addBand(const Band& band);
  void addAreas(const StackedAreas& areas);
  void addHeat(const HeatMap& heat);
  void axis(QCPAxis* axis, const Axis& data);
  void fitRanges();
  void fitY(QCPAxis* axis, const Axis& data, bool right);
  void fill();
  void tickFormat();
  void hover(const QPoint& position);
  void replotOverlay() {
    if (painted) plot->layer("overlay")->replot();  // before that, it has no buffer
  }
  QCPAxis* yAxis(const Curve& curve) const { return curve.right ? plot->yAxis2 : plot->yAxis; }
};

}  // namespace uada
