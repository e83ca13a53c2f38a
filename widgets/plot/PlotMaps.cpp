#include "widgets/plot/PlotImpl.h"
#include "widgets/plot/PlotText.h"

namespace uada {

namespace {

QCPColorGradient gradient(HeatMap::Scale scale) {
  QCPColorGradient g;
  g.clearColorStops();
  // viridis, Smith and van der Walt 2015; the diverging map is blue-white-orange of equal lightness steps.
  static const QMap<double, QColor> viridis{{0.0, "#440154"},   {0.125, "#482878"}, {0.25, "#3e4a89"},
                                            {0.375, "#31688e"}, {0.5, "#26828e"},   {0.625, "#1f9e89"},
                                            {0.75, "#35b779"},  {0.875, "#6ece58"}, {1.0, "#fde725"}};
  static const QMap<double, QColor> diverging{
      {0.0, "#08519c"}, {0.25, "#6baed6"}, {0.5, "#f7f7f7"}, {0.75, "#fdae6b"}, {1.0, "#a63603"}};
  g.setColorStops(scale == HeatMap::Scale::sequential ? viridis : diverging);
  g.setNanHandling(QCPColorGradient::nhTransparent);
  return g;
}

}  // namespace

void Plot::Impl::addHeat(const HeatMap& heat) {
  const int rows = static_cast<int>(heat.rows.size());
  map = new QCPColorMap(plot->xAxis, plot->yAxis);
  map->setInterpolate(false);
  const double half = (heat.x1 - heat.x0) / (2 * std::max(1, heat.columns));
  map->data()->setSize(heat.columns, rows);
  map->data()->setRange(
      heat.columns > 1 ? QCPRange(heat.x0 + half, heat.x1 - half) : QCPRange(heat.x0, heat.x1),
      rows > 1 ? QCPRange(0, rows - 1) : QCPRange(-0.5, 0.5));
  Limits limits;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < heat.columns; ++c) {
      const double v = heat.values[static_cast<std::size_t>(r) * heat.columns + c];
      map->data()->setCell(c, rows - 1 - r, v);
      limits.take(v, false);
    }
  }
  if (!limits.any()) limits = {0, 1};
  double low = heat.min.value_or(limits.low), high = heat.max.value_or(limits.high);
  if (heat.scale == HeatMap::Scale::diverging) {
    high = std::max({std::abs(low), std::abs(high), 1e-12});
    low = -high;
  }
  if (high <= low) high = low + 1;
  if (!scale) {
    scale = new QCPColorScale(plot);
    scale->setType(QCPAxis::atRight);
    scale->setBarWidth(2 * kGrid);
    plot->plotLayout()->addElement(2, 1, scale);
    auto* margins = new QCPMarginGroup(plot);
    plot->axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, margins);
    scale->setMarginGroup(QCP::msTop | QCP::msBottom, margins);
    restyle(theme);
  }
  map->setColorScale(scale);
  map->setGradient(gradient(heat.scale));
  map->setDataRange({low, high});
  scale->axis()->setLabel(axisText(heat.title, heat.unit));
  auto ticker = QSharedPointer<QCPAxisTickerText>(new QCPAxisTickerText);
  for (int r = 0; r < rows; ++r) ticker->addTick(rows - 1 - r, heat.rows[r]);
  plot->yAxis->setTicker(ticker);
}

}  // namespace uada
