#include "widgets/plot/Plot.h"

#include <qcustomplot.h>

#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QFrame>
#include <QHash>
#include <QLabel>
#include <QLocale>
#include <QPdfWriter>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/models/Saving.h"
#include "widgets/plot/PlotText.h"
#include "widgets/session/Theme.h"

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

struct Limits {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void take(double v, bool positiveOnly) {
    if (!std::isfinite(v) || (positiveOnly && v <= 0)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  bool any() const { return low <= high; }
};

}  // namespace

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
  QHash<const QCPAbstractPlottable*, QString> names;  ///< of the legend's entries, whole
  QCPColorMap* map = nullptr;
  bool zoomed = false, painted = false;
  QCPRange filledRange;
  QPoint pointer;
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
  void readOutAt(const QPoint& position);
  void replotOverlay() {
    if (painted) plot->layer("overlay")->replot();  // before that, it has no buffer
  }
  QCPAxis* yAxis(const Curve& curve) const { return curve.right ? plot->yAxis2 : plot->yAxis; }
};

void Plot::Impl::build() {
  plot = new QCustomPlot(owner);
  plot->setPlottingHint(QCP::phFastPolylines, true);
  plot->setNoAntialiasingOnDrag(true);
  plot->setInteractions(QCP::iRangeZoom);
  plot->setSelectionRectMode(QCP::srmCustom);
  plot->setLocale(QLocale(QLocale::English, QLocale::UnitedStates));
  plot->legend->setVisible(false);  // its place is a row of its own, above the axes
  plot->plotLayout()->insertRow(0);
  plot->plotLayout()->insertRow(0);
  title = new QCPTextElement(plot);
  plot->plotLayout()->addElement(0, 0, title);
  legend = new QCPLegend;
  plot->plotLayout()->addElement(1, 0, legend);
  legend->setLayer("legend");
  legend->setFillOrder(QCPLegend::foColumnsFirst);
  legend->setBorderPen(Qt::NoPen);
  legend->setBrush(Qt::NoBrush);
  legend->setMargins({kGrid, 0, kGrid, 0});
  legend->setIconSize(16, 10);
  plot->setAutoAddPlottableToLegend(false);
  plot->plotLayout()->setRowStretchFactor(0, 0.001);
  plot->plotLayout()->setRowStretchFactor(1, 0.001);
  plot->plotLayout()->setRowSpacing(2);
  plot->layer("overlay")->setMode(QCPLayer::lmBuffered);  // lines that move are drawn without the curves
  empty = new QCPItemText(plot);
  empty->position->setType(QCPItemPosition::ptAxisRectRatio);
  empty->position->setCoords(0.5, 0.5);
  cursor = new QCPItemStraightLine(plot);
  hair = new QCPItemStraightLine(plot);
  for (auto* line : {cursor, hair}) {
    line->setLayer("overlay");
    line->setVisible(false);
  }
  readOut = new QFrame(plot);
  readOut->setObjectName("readOut");
  readOut->setAttribute(Qt::WA_TransparentForMouseEvents);
  auto* layout = new QVBoxLayout(readOut);
  layout->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  layout->addWidget(readOutText = new QLabel);
  readOutText->setTextFormat(Qt::RichText);
  readOut->hide();
  restyle(theme);
}

void Plot::Impl::restyle(const Theme& with) {
  const QColor text = with.colour("text"), muted = with.colour("muted"), line = with.colour("border");
  QFont small = owner->font();
  small.setPointSizeF(small.pointSizeF() * 0.92);
  plot->setBackground(with.colour("base"));
  for (QCPAxis* a : {plot->xAxis, plot->yAxis, plot->yAxis2}) {
    a->setBasePen(line);
    a->setTickPen(line);
    a->setSubTickPen(Qt::NoPen);
    a->setTickLabelColor(muted);
    a->setLabelColor(muted);
    a->setTickLabelFont(small);
    a->setLabelFont(small);
    a->grid()->setPen(QPen(with.colour("grid"), 1));
    a->grid()->setZeroLinePen(Qt::NoPen);
    a->setUpperEnding(QCPLineEnding::esNone);
  }
  plot->xAxis->grid()->setVisible(false);
  legend->setFont(small);
  legend->setTextColor(text);
  QFont bold = owner->font();
  bold.setWeight(QFont::DemiBold);
  title->setFont(bold);
  title->setTextColor(text);
  empty->setColor(muted);
  empty->setFont(owner->font());
  cursor->setPen(QPen(with.colour("accent"), 1));
  hair->setPen(QPen(muted, 1, Qt::DotLine));
  plot->selectionRect()->setPen(QPen(with.colour("accent")));
  QColor veil = with.colour("accent");
  veil.setAlpha(30);
  plot->selectionRect()->setBrush(veil);
  if (scale) {
    scale->axis()->setTickLabelColor(muted);
    scale->axis()->setLabelColor(muted);
    scale->axis()->setTickLabelFont(small);
    scale->axis()->setLabelFont(small);
    scale->axis()->setBasePen(line);
    scale->axis()->setTickPen(line);
    scale->axis()->setSubTickPen(Qt::NoPen);
    for (QCPAxis* edge : scale->axis()->axisRect()->axes()) edge->setBasePen(line);
  }
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
  if (smooth) drawn.push_back({graph(yAxis(curve), curve.colour, 1, 60), &curve.x, curve.y, 1});
  QCPGraph* line = graph(yAxis(curve), curve.colour, smooth || curve.points ? 2 : 1, 255, style);
  if (curve.points) line->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, 5));
  line->setName(curve.name);
  if (curve.inLegend && figure.legend) line->addToLegend(legend);
  if (hasMean)
    drawn.push_back({line, &curve.meanX, curve.mean, 2});
  else
    drawn.push_back({line, &curve.x, smooth ? smoothed(curve.y, curve.smoothing) : curve.y, smooth ? 2 : 1});
}

void Plot::Impl::addBand(const Band& band) {
  QCPGraph* low = graph(plot->yAxis, band.colour, 1, 0);
  QCPGraph* high = graph(plot->yAxis, band.colour, 1, 0);
  QColor veil = band.colour;
  veil.setAlpha(50);
  high->setBrush(veil);
  high->setChannelFillGraph(low);
  if (!band.name.isEmpty() && figure.legend) {
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

void Plot::Impl::axis(QCPAxis* a, const Axis& data) {
  a->setLabel(axisText(data.title, data.unit));
  a->setScaleType(data.log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
  if (data.log) {
    a->setTicker(QSharedPointer<QCPAxisTickerLog>(new QCPAxisTickerLog));
  } else if (data.isWhole) {
    const QSharedPointer<QCPAxisTickerFixed> ticker(new QCPAxisTickerFixed);
    ticker->setTickStep(1);
    ticker->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    a->setTicker(ticker);
  } else {
    a->setTicker(QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
  }
  a->setNumberFormat("gbd");
  a->setNumberPrecision(5);
}

void Plot::Impl::rebuild() {
  plot->clearPlottables();
  legend->clearItems();
  names.clear();
  drawn.clear();
  map = nullptr;
  const bool heat = figure.heat.has_value();
  title->setText(figure.title);
  title->setVisible(!figure.title.isEmpty());
  title->setMaximumSize(QWIDGETSIZE_MAX, figure.title.isEmpty() ? 0 : QWIDGETSIZE_MAX);
  axis(plot->xAxis, figure.x);
  axis(plot->yAxis, figure.left);
  plot->yAxis2->setVisible(figure.right.has_value());
  if (figure.right) axis(plot->yAxis2, *figure.right);
  if (scale) {
    scale->setVisible(heat);
    if (!heat) {  // give its room back
      plot->plotLayout()->remove(scale);
      scale = nullptr;
      plot->plotLayout()->simplify();
    }
  }
  if (heat) addHeat(*figure.heat);
  if (figure.areas) addAreas(*figure.areas);
  for (const Band& band : figure.bands) addBand(band);
  for (const Curve& curve : figure.curves) addCurve(curve);
  for (int i = 0; i < plot->plottableCount(); ++i) names[plot->plottable(i)] = plot->plottable(i)->name();
  wrapLegend();
  legend->setVisible(legend->itemCount() > 0);
  // Below the largest its own hint does not count; that of an empty legend would squeeze the whole column.
  legend->setMaximumSize(QWIDGETSIZE_MAX / 2, legend->itemCount() > 0 ? QWIDGETSIZE_MAX : 0);
  const bool nothing = drawn.empty() && !heat;
  empty->setText(nothing ? figure.empty : QString());
  empty->setVisible(nothing);
  for (QCPAxis* a : {plot->xAxis, plot->yAxis}) a->setVisible(!nothing);
  plot->axisRect()->setRangeZoomAxes(plot->xAxis, heat ? nullptr : plot->yAxis);
  filledWidth = -1;
  if (!zoomed) fitRanges();
}

// As many entries in a row as fit; what is wider than a row is shortened in the middle.
void Plot::Impl::wrapLegend() {
  const QFontMetrics metrics(legend->font());
  const int room = std::max(10 * kGrid, owner->width() - 7 * kGrid);
  int widest = 1;
  for (int i = 0; i < legend->itemCount(); ++i) {
    auto* item = qobject_cast<QCPPlottableLegendItem*>(legend->item(i));
    if (!item) continue;
    const QString full = names.value(item->plottable());
    item->plottable()->setName(metrics.elidedText(full, Qt::ElideMiddle, room));
    widest = std::max(widest, metrics.horizontalAdvance(item->plottable()->name()));
  }
  const int columns = std::max(1, (owner->width() - 2 * kGrid) / (widest + 16 + 3 * kGrid));
  if (columns == legend->wrap()) return;
  legend->setWrap(columns);
  legend->setFillOrder(QCPLegend::foColumnsFirst, true);  // arranges those already there
}

void Plot::Impl::fitY(QCPAxis* a, const Axis& data, bool right) {
  Limits limits;
  for (const Curve& curve : figure.curves) {
    if (curve.right != right) continue;
    for (const double v : curve.y) limits.take(v, data.log);
  }
  if (!right) {
    for (const Band& band : figure.bands) {
      for (const double v : band.low) limits.take(v, data.log);
      for (const double v : band.high) limits.take(v, data.log);
    }
    if (figure.areas) {
      for (const Drawn& d : drawn) {
        for (const double v : d.y) limits.take(v, data.log);
      }
      limits.take(0, data.log);
    }
  }
  if (!limits.any()) limits = {data.log ? 0.1 : 0.0, 1.0};
  double low = limits.low, high = limits.high;
  if (data.log) {
    const double pad = std::pow(std::max(high / low, 1.5), 0.05);
    low /= pad;
    high *= pad;
  } else {
    const double pad = high > low ? 0.05 * (high - low) : std::max(0.5 * std::abs(high), 0.5);
    low -= figure.areas && low >= 0 ? 0 : pad;
    high += figure.areas ? 0 : pad;
  }
  a->setRange(data.min.value_or(low), data.max.value_or(high));
}

void Plot::Impl::fitRanges() {
  if (figure.heat) {
    plot->xAxis->setRange(figure.heat->x0, figure.heat->x1);
    plot->yAxis->setRange(-0.5, static_cast<double>(figure.heat->rows.size()) - 0.5);
    return;
  }
  Limits x;
  const auto ends = [&](const std::vector<double>& values) {
    if (values.empty()) return;
    x.take(values.front(), figure.x.log);
    x.take(values.back(), figure.x.log);
  };
  for (const Drawn& d : drawn) ends(*d.x);
  if (!x.any()) x = {0, 1};
  if (x.high <= x.low) x = {x.low - 0.5, x.low + 0.5};
  const double pad = figure.areas || figure.x.log ? 0 : 0.01 * (x.high - x.low);
  plot->xAxis->setRange(figure.x.min.value_or(x.low - pad), figure.x.max.value_or(x.high + pad));
  fitY(plot->yAxis, figure.left, false);
  if (figure.right) fitY(plot->yAxis2, *figure.right, true);
}

// Whole numbers are written with separators ("4,680") while more than a few fit on the axis.
void Plot::Impl::tickFormat() {
  const bool whole = !figure.x.log && plot->xAxis->range().size() > 8;
  plot->xAxis->setNumberFormat(whole ? "f" : "gbd");
  plot->xAxis->setNumberPrecision(whole ? 0 : 5);
}

void Plot::Impl::fill() {
  const QCPRange range = plot->xAxis->range();
  const int width = std::max(1, plot->axisRect()->width());
  if (filledWidth == width && filledRange == range) return;
  filledWidth = width;
  filledRange = range;
  std::vector<double> xs, ys;
  for (Drawn& d : drawn) {
    envelope(*d.x, d.y, range.lower, range.upper, width / d.pixelsPerColumn, xs, ys);
    d.graph->setData(QVector<double>(xs.begin(), xs.end()), QVector<double>(ys.begin(), ys.end()), true);
  }
}

void Plot::Impl::hover(const QPoint& position) {
  const bool inside = plot->axisRect()->rect().contains(position) && (!drawn.empty() || map);
  hair->setVisible(inside);
  if (inside) {
    const double x = plot->xAxis->pixelToCoord(position.x()), y = plot->yAxis->pixelToCoord(position.y());
    hair->point1->setCoords(x, 0);
    hair->point2->setCoords(x, 1);
    hair->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
    hair->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
    pointer = position;
    readOutAt(position);
    Q_EMIT owner->hovered(x, y);
  }
  readOut->setVisible(inside && !readOutText->text().isEmpty());
  replotOverlay();
}

void Plot::Impl::readOutAt(const QPoint& position) {
  readOutText->setText(
      owner->readOut(plot->xAxis->pixelToCoord(position.x()), plot->yAxis->pixelToCoord(position.y())));
  readOut->adjustSize();
  const int w = readOut->width(), h = readOut->height();
  const int left =
      position.x() + 2 * kGrid + w < plot->width() ? position.x() + 2 * kGrid : position.x() - 2 * kGrid - w;
  readOut->move(std::max(0, left), std::clamp(position.y() - h / 2, 0, std::max(0, plot->height() - h)));
}

Plot::Plot(const Theme& theme, QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(theme)) {
  impl_->owner = this;
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  impl_->build();
  layout->addWidget(impl_->plot);
  setMinimumSize(30 * kGrid, 18 * kGrid);
  QCustomPlot* p = impl_->plot;
  connect(p, &QCustomPlot::beforeReplot, this, [this] { impl_->tickFormat(); });
  connect(p, &QCustomPlot::afterLayout, this, [this] { impl_->fill(); });
  connect(p, &QCustomPlot::afterReplot, this, [this] { impl_->painted = true; });
  connect(p, &QCustomPlot::mouseWheel, this, [this] { impl_->zoomed = true; });
  connect(p->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, [this] {
    if (impl_->zoomed) Q_EMIT zoomed();
  });
  connect(p, &QCustomPlot::mouseDoubleClick, this, [this] { fit(); });
  connect(p, &QCustomPlot::mouseMove, this, [this](QMouseEvent* e) { impl_->hover(e->pos()); });
  connect(p, &QCustomPlot::mousePress, this, [p](QMouseEvent* e) {  // Shift: drag moves instead of zooming
    const bool move = e->modifiers() & Qt::ShiftModifier;
    p->setSelectionRectMode(move ? QCP::srmNone : QCP::srmCustom);
    p->setInteraction(QCP::iRangeDrag, move);
  });
  connect(p->selectionRect(), &QCPSelectionRect::accepted, this,
          [this, p](const QRect& rect, QMouseEvent* e) {
            const QRect area = rect.normalized();
            if (area.width() < 5 || area.height() < 5) {
              Q_EMIT clicked(p->xAxis->pixelToCoord(e->pos().x()), p->yAxis->pixelToCoord(e->pos().y()));
              return;
            }
            impl_->zoomed = true;
            p->axisRect()->zoom(QRectF(area), {p->xAxis, p->yAxis});
            p->replot(QCustomPlot::rpQueuedReplot);
          });
}

Plot::~Plot() = default;

void Plot::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  impl_->wrapLegend();
}

void Plot::leaveEvent(QEvent* event) {
  impl_->hover({-1, -1});
  QWidget::leaveEvent(event);
}

void Plot::show(Figure figure) {
  impl_->figure = std::move(figure);
  impl_->rebuild();
  impl_->plot->replot(QCustomPlot::rpQueuedReplot);
}

const Figure& Plot::figure() const { return impl_->figure; }
bool Plot::isZoomed() const { return impl_->zoomed; }

std::optional<std::pair<double, double>> Plot::zoomedTo() const {
  const QCPRange range = impl_->plot->xAxis->range();
  return impl_->zoomed ? std::optional(std::pair(range.lower, range.upper)) : std::nullopt;
}

void Plot::updateReadOut() {
  if (impl_->readOut->isVisible()) impl_->readOutAt(impl_->pointer);
}

void Plot::fit() {
  impl_->zoomed = false;
  impl_->fitRanges();
  impl_->plot->replot(QCustomPlot::rpQueuedReplot);
}

void Plot::setCursor(std::optional<double> x) {
  QCPItemStraightLine* line = impl_->cursor;
  line->setVisible(x.has_value());
  if (x) {
    line->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point1->setCoords(*x, 0);
    line->point2->setCoords(*x, 1);
  }
  impl_->replotOverlay();
}

QString Plot::readOut(double x, double y) const { return readOutOf(impl_->figure, x, y); }

constexpr int kPictureScale = 2;  // pixels of a picture for one on the screen

QPixmap Plot::picture(QSize size) const {
  if (size.isEmpty()) size = this->size().expandedTo({640, 400});
  requireDrawable(size * kPictureScale, tr("the plot"), tr("make it smaller"));
  impl_->filledWidth = -1;
  return impl_->plot->toPixmap(size.width(), size.height(), kPictureScale);
}

void Plot::copy() const { QApplication::clipboard()->setPixmap(picture()); }

QStringList Plot::exportFilters() {
  return {"Picture (*.png)", "PDF for a paper (*.pdf)", "Numbers of every curve (*.csv)"};
}

static QByteArray pdfOf(QCustomPlot& plot, QSize size) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setResolution(96);
  writer.setPageMargins({0, 0, 0, 0});
  writer.setPageSize(QPageSize(QSizeF(size) * 72.0 / 96.0, QPageSize::Point, {}, QPageSize::ExactMatch));
  QCPPainter painter;
  if (!painter.begin(&writer)) throw Error("the PDF could not be drawn");
  painter.setMode(QCPPainter::pmVectorized);
  painter.setMode(QCPPainter::pmNoCaching);
  plot.toPainter(&painter, size.width(), size.height());
  painter.end();
  return bytes;
}

void Plot::exportTo(const QString& file, QSize size) const {
  if (size.isEmpty()) size = this->size().expandedTo({640, 400});
  const std::string ending = endingIn(exportFilters(), file, tr("a plot"));
  if (ending == "png") return savePicture(picture(size).toImage(), file);
  QByteArray bytes;
  if (ending == "pdf") {  // papers are white
    impl_->restyle(Theme(Theme::Kind::light));
    impl_->filledWidth = -1;
    bytes = pdfOf(*impl_->plot, size);
    impl_->restyle(impl_->theme);
  } else {
    bytes = csvOf(impl_->figure);
  }
  writeFileAtomically(file.toStdString(), std::string_view(bytes.constData(), bytes.size()));
}

}  // namespace uada
