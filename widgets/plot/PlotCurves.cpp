#include "widgets/plot/PlotImpl.h"

namespace uada {

/// What is no finite number has no place: a gap.
static std::vector<double> drawable(std::vector<double> y) {
  for (double& value : y)
    if (!std::isfinite(value)) value = std::numeric_limits<double>::quiet_NaN();
  return y;
}

QCPGraph* Plot::Impl::graph(QCPAxis* y, const QColor& colour, int width, int alpha, Qt::PenStyle style) {
  QCPGraph* g = plot->addGraph(plot->xAxis, y);
  QColor ink = colour;
  ink.setAlpha(alpha);
  g->setPen(QPen(ink, width, style));
  g->setAdaptiveSampling(false);  // it is given no more points than the screen has
  return g;
}

void Plot::Impl::addCurve(const Curve& curve) {
  const bool hasMean = !curve.meanX.empty();
  const bool smooth = curve.smoothing > 0 || hasMean;
  const Qt::PenStyle style = curve.dashed ? Qt::DashLine : Qt::SolidLine;
  constexpr int kFaint = 45;
  if (smooth && !curve.faint)
    drawn.push_back({graph(yAxis(curve), curve.colour, 1, 60), &curve.x, drawable(curve.y), 1});
  const bool points = curve.points || curve.x.size() == 1;  // one value makes no line
  QCPGraph* line =
      graph(yAxis(curve), curve.colour, smooth || points ? 2 : 1, curve.faint ? kFaint : 255, style);
  if (points) line->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, 5));
  line->setName(curve.name);
  if (curve.inLegend && figure.legend) line->addToLegend(legend);
  if (hasMean)
    drawn.push_back({line, &curve.meanX, drawable(curve.mean), 2});
  else
    drawn.push_back({line, &curve.x,
                     smooth ? smoothed(drawable(curve.y), curve.smoothing) : drawable(curve.y),
                     smooth ? 2 : 1});
  if (!curve.marked || curve.faint) return;
  QCPGraph* ring = graph(yAxis(curve), curve.colour, 2, 255);
  ring->setLineStyle(QCPGraph::lsNone);
  ring->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, 11));
  ring->setData({curve.x[*curve.marked]}, {curve.y[*curve.marked]}, true);
}

void Plot::Impl::addBand(const Band& band) {
  QCPGraph* low = graph(plot->yAxis, band.colour, 1, 0);
  QCPGraph* high = graph(plot->yAxis, band.colour, 1, 0);
  QColor veil = band.colour;
  veil.setAlpha(band.faint ? 10 : 50);
  high->setBrush(veil);
  high->setChannelFillGraph(low);
  if (!band.name.isEmpty() && band.inLegend && figure.legend) {
    high->setName(band.name);
    high->addToLegend(legend);
  }
  drawn.push_back({low, &band.x, band.low, 2});
  drawn.push_back({high, &band.x, band.high, 2});
}

void Plot::Impl::addAreas(const StackedAreas& areas) {
  std::vector<double> sum(areas.x.size(), 0.0);
  QCPGraph* below = nullptr;
  for (std::size_t part = 0; part < areas.y.size(); ++part) {
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += std::isnan(areas.y[part][i]) ? 0 : areas.y[part][i];
    QCPGraph* g = graph(plot->yAxis, areas.colours[part], 1, 255);
    QColor fillColour = areas.colours[part];
    fillColour.setAlpha(190);
    g->setBrush(fillColour);
    if (below) g->setChannelFillGraph(below);
    g->setName(areas.names[static_cast<int>(part)]);
    if (figure.legend) g->addToLegend(legend);
    drawn.push_back({g, &areas.x, sum, 2});
    below = g;
  }
}

void Plot::Impl::fill() {
  const QCPRange range = plot->xAxis->range();
  const int width = std::max(1, plot->axisRect()->width());
  if (filledWidth == width && filledRange == range) return;
  filledWidth = width;
  filledRange = range;
  std::vector<double> xs, ys;
  bool isReduced = figure.isReduced;
  for (Drawn& d : drawn) {
    envelope(*d.x, d.y, range.lower, range.upper, width / d.pixelsPerColumn, xs, ys);
    d.graph->setData(QVector<double>(xs.begin(), xs.end()), QVector<double>(ys.begin(), ys.end()), true);
    const auto seen =
        std::ranges::upper_bound(*d.x, range.upper) - std::ranges::lower_bound(*d.x, range.lower);
    isReduced = isReduced || static_cast<std::size_t>(seen) > xs.size();
  }
  badge->setVisible(isReduced && !figure.heat);
  placeBadge();
  if (fitLabels()) plot->replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace uada
