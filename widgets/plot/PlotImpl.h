#pragma once

// For the sources of Plot alone: the header of QCustomPlot is large, and needs Qt's keywords.
#include <qcustomplot.h>

#include <QFrame>
#include <QHash>
#include <QLabel>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "widgets/plot/Plot.h"
#include "widgets/session/Theme.h"

namespace uada {

/// The least and the greatest of the values that were taken.
struct Limits {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void take(double v, bool positiveOnly) {
    if (!std::isfinite(v) || (positiveOnly && v <= 0)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  bool any() const { return low <= high; }
};

/// What a plot draws with, and what it has drawn. GUI thread.
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
  std::vector<QCPItemStraightLine*> markers;
  bool hasTip = false;  ///< of a marker
  QFrame* readOut = nullptr;
  QLabel* readOutText = nullptr;
  QLabel* badge = nullptr;
  bool hasReadOut = true;
  struct Drawn {
    QCPGraph* graph = nullptr;
    const std::vector<double>* x = nullptr;
    std::vector<double> y;
    int pixelsPerColumn = 1;
  };
  std::vector<Drawn> drawn;
  std::vector<double> ridgePlaces;                    ///< of the drawn ridges, which all have them
  QHash<const QCPAbstractPlottable*, QString> names;  ///< of the legend's entries, whole
  QCPColorMap* map = nullptr;
  bool zoomed = false, painted = false;
  bool hasOwnY = false;          ///< what is seen of the y axis was chosen in this plot, too
  bool isQuiet = false;          ///< the axes are moved by the program
  std::optional<PlotZoom> told;  ///< what was chosen, or set by the program, last
  bool isMoving = false;         ///< by the wheel, or with Shift: in small steps
  QCPRange filledRange;
  QPoint pressed;  ///< where a mouse button went down
  QPoint pointer;
  int filledWidth = -1;
  QStringList rowNames;  ///< of a heat map, or ridges, from the top; empty: the y axis has numbers
  int namedEach = 1;     ///< how many rows share a name on the axis: all names may not fit
  QSize exported;        ///< of the picture that is made; else empty

  explicit Impl(const Theme& t) : theme(t) {}
  void build();
  void restyle(const Theme& with);
  /// What is drawn meanwhile has its legend, fitted to that size, and no lines that follow cursor and
  /// pointer.
  void drawForExport(QSize size, const std::function<void()>& draw);
  /// Of what is drawn, in pixels.
  QSize size() const { return exported.isEmpty() ? owner->size() : exported; }
  void rebuild();
  void wrapLegend();
  void wrapTexts();
  QCPGraph* graph(QCPAxis* y, const QColor& colour, int width, int alpha, Qt::PenStyle style = Qt::SolidLine);
  void addCurve(const Curve& curve);
  void addBand(const Band& band);
  void addAreas(const StackedAreas& areas);
  void addHeat(const HeatMap& heat);
  void addRidges(const Ridges& ridges);
  void nameRows(int each);
  void addMarkers();
  void showTip(const QPoint& position, bool isInside);
  void axis(QCPAxis* axis, const Axis& data);
  void fit();
  void tellZoom();
  void fitRanges();
  void fitSeen();
  void fitY(QCPAxis* axis, const Axis& data, bool right);
  double marksRoom() const;
  Limits limitsOf(const Axis& data, bool right) const;
  void place(QCPItemStraightLine* line, std::optional<double> x);
  void placeBadge();
  void fill();
  void tickFormat();
  bool fitLabels();
  void hover(const QPoint& position);
  void readOutAt(const QPoint& position);
  void replotOverlay() {
    if (painted) plot->layer("overlay")->replot();  // before that, it has no buffer
  }
  QCPAxis* yAxis(const Curve& curve) const { return curve.right ? plot->yAxis2 : plot->yAxis; }
};

}  // namespace uada
