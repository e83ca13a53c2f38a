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
  rowNames = heat.rows;
  nameRows(namedEach);
}

/// The last one at 0. each  of so many rows one
void Plot::Impl::nameRows(int each) {
  namedEach = each;
  auto ticker = QSharedPointer<QCPAxisTickerText>(new QCPAxisTickerText);
  const int count = static_cast<int>(rowNames.size());
  for (int r = 0; r < count; r += each) ticker->addTick(count - 1 - r, rowNames[r]);
  plot->yAxis->setTicker(ticker);
}

/// The height of a ridge's bars: the highest of all ridges is this high, so that neighbours overlap a little.
static constexpr double kRidgeHeight = 1.3;

/// From the top down, so that a ridge stands before the one above it.
void Plot::Impl::addRidges(const Ridges& ridges) {
  double highest = 0;
  std::size_t levels = 0;
  for (const Ridges::Ridge& ridge : ridges.ridges) {
    levels = std::max(levels, ridge.filled.size());
    for (const auto& counts : {ridge.filled, ridge.outlined})
      for (const double share : sharesOf(counts)) highest = std::max(highest, share);
  }
  if (highest <= 0) return;
  ridgePlaces.clear();
  for (int i = -1; i <= static_cast<int>(levels); ++i) ridgePlaces.push_back(i);
  QStringList rows;
  const auto add = [&](const std::vector<double>& counts, int place, const QColor& colour, int width) {
    std::vector<double> y(levels + 2, place);
    const std::vector<double> shares = sharesOf(counts);
    for (std::size_t i = 0; i < shares.size(); ++i) y[i + 1] += kRidgeHeight * shares[i] / highest;
    QCPGraph* line = graph(plot->yAxis, colour, width, 255);
    line->setLineStyle(QCPGraph::lsStepCenter);
    drawn.push_back({line, &ridgePlaces, std::move(y), 2});
    return line;
  };
  for (int place = static_cast<int>(ridges.ridges.size()) - 1; place >= 0; --place) {
    const Ridges::Ridge& ridge = ridges.ridges[static_cast<std::size_t>(place)];
    rows << ridge.name;
    QCPGraph* base = add({}, place, ridges.filled, 1);
    QCPGraph* filled = add(ridge.filled, place, ridges.filled, 1);
    QColor veil = ridges.filled;
    veil.setAlpha(150);
    filled->setBrush(veil);
    filled->setChannelFillGraph(base);
    QCPGraph* outlined = add(ridge.outlined, place, ridges.outlined, 1);
    if (place > 0 || !figure.legend) continue;
    filled->setName(ridges.filledName);
    outlined->setName(ridges.outlinedName);
    for (QCPGraph* line : {filled, outlined}) line->addToLegend(legend);
  }
  rowNames = rows;
  nameRows(namedEach);
}

}  // namespace uada
