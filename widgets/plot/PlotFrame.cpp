#include <QLocale>
#include <QVBoxLayout>

#include "core/base/Text.h"
#include "widgets/plot/PlotImpl.h"
#include "widgets/plot/PlotText.h"

namespace uada {

void Plot::Impl::build() {
  plot = new QCustomPlot(owner);
  plot->setObjectName("plot_canvas");
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
  legend->setMargins({kGrid, 0, kGrid, 3});  // below the letters' feet
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
  badge = new QLabel(Plot::tr("reduced"), plot);
  badge->setObjectName("plotBadge");
  badge->setToolTip(
      Plot::tr("A column of pixels stands for several values, and shows the lowest and the highest of them. "
               "What is read out and written has every value"));
  badge->hide();
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
  rowNames.clear();
  const bool heat = figure.heat.has_value();
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
  if (figure.ridges) addRidges(*figure.ridges);
  if (figure.areas) addAreas(*figure.areas);
  for (const Band& band : figure.bands) addBand(band);
  for (const Curve& curve : figure.curves) addCurve(curve);
  addMarkers();
  for (int i = 0; i < plot->plottableCount(); ++i) names[plot->plottable(i)] = plot->plottable(i)->name();
  wrapLegend();
  legend->setVisible(legend->itemCount() > 0);
  // Below the largest its own hint does not count; that of an empty legend would squeeze the whole column.
  legend->setMaximumSize(QWIDGETSIZE_MAX / 2, legend->itemCount() > 0 ? QWIDGETSIZE_MAX : 0);
  const bool nothing = drawn.empty() && !heat;
  empty->setVisible(nothing);
  wrapTexts();
  for (QCPAxis* a : {plot->xAxis, plot->yAxis}) a->setVisible(!nothing);
  plot->axisRect()->setRangeZoomAxes(plot->xAxis, heat ? nullptr : plot->yAxis);
  filledWidth = -1;
  if (!zoomed)
    fitRanges();
  else if (!hasOwnY)
    fitSeen();
  fitLabels();
}

/// As many entries in a row as fit. Where they then took more than a share of the height, more of them share
/// a row; what is wider than its part of a row is shortened in the middle.
void Plot::Impl::wrapLegend() {
  constexpr int kIcon = 16 + 3 * kGrid;  // and what stands between two entries
  constexpr double kMostHeight = 0.35;
  const QFontMetrics metrics(legend->font());
  const int room = size().width() - 2 * kGrid, count = legend->itemCount();
  int widest = 1;
  for (int i = 0; i < count; ++i)
    if (auto* item = qobject_cast<QCPPlottableLegendItem*>(legend->item(i)))
      widest = std::max(widest, metrics.horizontalAdvance(names.value(item->plottable())));
  const int row = metrics.height() + legend->rowSpacing();
  const int rows = std::max(1, static_cast<int>(kMostHeight * size().height() / row));
  const int columns = std::max({1, room / (widest + kIcon), (count + rows - 1) / rows});
  const int part = std::max(4 * kGrid, room / columns - kIcon);
  for (int i = 0; i < count; ++i)
    if (auto* item = qobject_cast<QCPPlottableLegendItem*>(legend->item(i)))
      item->plottable()->setName(metrics.elidedText(names.value(item->plottable()), Qt::ElideMiddle, part));
  if (columns == legend->wrap()) return;
  legend->setWrap(columns);
  legend->setFillOrder(QCPLegend::foColumnsFirst, true);  // arranges those already there
}

/// Broken between words where a line is full.
static QString wrapped(const QString& text, const QFontMetrics& metrics, int room) {
  QStringList lines;
  for (const QString& word : text.split(' ')) {
    const QString longer = lines.isEmpty() ? word : lines.back() + ' ' + word;
    if (lines.isEmpty() || metrics.horizontalAdvance(longer) > room)
      lines << word;
    else
      lines.back() = longer;
  }
  return lines.join('\n');
}

void Plot::Impl::wrapTexts() {
  const int room = std::max(10 * kGrid, size().width() - 4 * kGrid);
  empty->setText(wrapped(figure.empty, QFontMetrics(empty->font()), room));
  title->setText(wrapped(figure.title, QFontMetrics(title->font()), room));
}

/// Of the values that are seen.
Limits Plot::Impl::limitsOf(const Axis& data, bool right) const {
  Limits limits;
  std::vector<double> all;
  const QCPRange range = plot->xAxis->range();
  const auto take = [&](const std::vector<double>& x, const std::vector<double>& y) {
    const auto end = std::ranges::upper_bound(x, range.upper) - x.begin();
    for (auto i = std::ranges::lower_bound(x, range.lower) - x.begin(); i < end; ++i) {
      limits.take(y[i], data.log);
      if (data.clip && std::isfinite(y[i]) && (y[i] > 0 || !data.log)) all.push_back(y[i]);
    }
  };
  for (const Curve& curve : figure.curves)
    if (curve.right == right) take(curve.x, curve.y);
  for (const Band& band : figure.bands) {
    if (right) break;
    take(band.x, band.low);
    take(band.x, band.high);
  }
  constexpr std::size_t kFew = 20;  // of so few none is an outlier
  if (all.size() < kFew) return limits;
  const std::size_t low = all.size() / 100, high = all.size() - 1 - low;
  std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(low));
  limits.low = all[low];
  std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(high));
  limits.high = all[high];
  return limits;
}

/// What a ring around the highest value takes of the axis; 0: no value is marked.
double Plot::Impl::marksRoom() const {
  constexpr double kRing = 10, kLeast = 60;  // pixels
  if (std::ranges::none_of(figure.curves, [](const Curve& c) { return c.marked && !c.faint; })) return 0;
  constexpr double kAround = 9 * kGrid;  // title, ticks and their title
  return kRing / std::max(kLeast, size().height() - kAround);
}

void Plot::Impl::fitY(QCPAxis* a, const Axis& data, bool right) {
  Limits limits = limitsOf(data, right);
  if (!right && figure.areas) {
    for (const Drawn& d : drawn)
      for (const double v : d.y) limits.take(v, data.log);
    limits.take(0, data.log);
  }
  if (!limits.any()) limits = {data.log ? 0.1 : 0.0, 1.0};
  double low = limits.low, high = limits.high;
  if (data.log) {
    const double pad = std::pow(std::max(high / low, 1.5), 0.05);
    low /= pad;
    high *= pad;
  } else {
    const double share = std::max(0.05, marksRoom());
    const double pad = high > low ? share * (high - low) : std::max(0.5 * std::abs(high), 0.5);
    low -= figure.areas && low >= 0 ? 0 : pad;
    high += figure.areas ? 0 : pad;
  }
  a->setRange(data.min.value_or(low), data.max.value_or(high));
}

void Plot::Impl::fitRanges() {
  if (figure.heat) {
    plot->xAxis->setRange(figure.x.min.value_or(figure.heat->x0), figure.x.max.value_or(figure.heat->x1));
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
  fitSeen();
}

void Plot::Impl::fitSeen() {
  if (figure.heat) return;
  if (figure.ridges) {
    plot->yAxis->setRange(-0.1, static_cast<double>(figure.ridges->ridges.size()) + 0.5);
    return;
  }
  fitY(plot->yAxis, figure.left, false);
  if (figure.right) fitY(plot->yAxis2, *figure.right, true);
}

/// As many ticks as have room side by side, and titles no longer than their axis: else they run into one
/// another and into the legend. returns  whether that changed anything
bool Plot::Impl::fitLabels() {
  constexpr int kMost = 5;
  if (!owner->isVisible()) return false;  // its size is not known yet
  const QSize room = plot->axisRect()->size();
  const QFontMetrics metrics(plot->xAxis->tickLabelFont());
  const QCPRange range = plot->xAxis->range();
  const bool isWhole = plot->xAxis->numberFormat() == "f";
  const QString widest =
      isWhole ? QString::fromStdString(groupedText(std::llround(range.upper))) : QStringLiteral("0.000");
  const int wide = metrics.horizontalAdvance(widest) + 3 * kGrid, high = 2 * metrics.height();
  bool isChanged = false;
  const auto fit = [&](QCPAxis* a, const Axis& data, int length, int each) {
    const int ticks = std::clamp(length / each, 2, kMost);
    const QFontMetrics letters(a->labelFont());
    const QString whole = axisText(data.title, data.unit);
    const bool hasRoom = letters.horizontalAdvance(whole) <= length || data.unit.isEmpty();
    const QString label = hasRoom ? letters.elidedText(whole, Qt::ElideRight, length) : data.unit;
    isChanged = isChanged || a->ticker()->tickCount() != ticks || a->label() != label;
    a->ticker()->setTickCount(ticks);
    a->setLabel(label);
  };
  fit(plot->xAxis, figure.x, room.width(), wide);
  fit(plot->yAxis, figure.left, room.height(), high);
  if (!rowNames.isEmpty()) {
    const int fitting = std::max(1, room.height() / metrics.height());
    const int each = (static_cast<int>(rowNames.size()) + fitting - 1) / fitting;
    isChanged = isChanged || each != namedEach;
    if (each != namedEach) nameRows(each);
  }
  return isChanged;
}

// Whole numbers are written with separators ("4,680"). On an axis of more than 20 all ticks are whole.
void Plot::Impl::tickFormat() {
  const bool whole = !figure.x.log && (figure.x.isWhole || plot->xAxis->range().size() > 20);
  plot->xAxis->setNumberFormat(whole ? "f" : "gbd");
  plot->xAxis->setNumberPrecision(whole ? 0 : 5);
}

}  // namespace uada
