#include "widgets/plot/Plot.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QMenu>
#include <QScopeGuard>
#include <QToolTip>
#include <QVBoxLayout>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/models/ContextMenu.h"
#include "widgets/models/Saving.h"
#include "widgets/plot/Drawing.h"
#include "widgets/plot/ExportDialog.h"
#include "widgets/plot/PlotImpl.h"
#include "widgets/plot/PlotText.h"

namespace uada {

void Plot::Impl::hover(const QPoint& position) {
  const bool inside = plot->axisRect()->rect().contains(position) && (!drawn.empty() || map);
  hair->setVisible(inside);
  if (inside) {
    const double x = plot->xAxis->pixelToCoord(position.x()), y = plot->yAxis->pixelToCoord(position.y());
    place(hair, x);
    pointer = position;
    readOutAt(position);
    Q_EMIT owner->hovered(x, y);
  }
  readOut->setVisible(inside && hasReadOut && !readOutText->text().isEmpty());
  showTip(position, inside);
  replotOverlay();
  if (!inside) Q_EMIT owner->left();
}

void Plot::Impl::place(QCPItemStraightLine* line, std::optional<double> x) {
  line->setVisible(x.has_value());
  if (!x) return;
  line->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
  line->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
  line->point1->setCoords(*x, 0);
  line->point2->setCoords(*x, 1);
}

void Plot::Impl::placeBadge() {
  badge->adjustSize();
  badge->move(std::max(0, plot->width() - badge->width() - kGrid), kGrid / 2);
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

static constexpr int kLeastDrag = 5;  // pixels; a shorter one is a click

Plot::Plot(const Theme& theme, QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(theme)) {
  impl_->owner = this;
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  impl_->build();
  layout->addWidget(impl_->plot);
  setMinimumSize(30 * kGrid, 18 * kGrid);
  auto* menu = new ContextMenu(this, [this](QMenu& filled, std::optional<QPoint>) { fillMenu(filled); });
  menu->setAbout([this] { return name(); });
  QCustomPlot* p = impl_->plot;
  connect(p, &QCustomPlot::beforeReplot, this, [this] { impl_->tickFormat(); });
  connect(p, &QCustomPlot::afterLayout, this, [this] { impl_->fill(); });
  connect(p, &QCustomPlot::afterReplot, this, [this] {
    impl_->painted = true;
    impl_->tellZoom();
  });
  connect(p, &QCustomPlot::mouseWheel, this,
          [this] { impl_->zoomed = impl_->hasOwnY = impl_->isMoving = true; });
  connect(p->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, [this] {
    if (impl_->zoomed && !impl_->isQuiet) Q_EMIT zoomed();
  });
  connect(p, &QCustomPlot::mouseDoubleClick, this, [this] {
    impl_->fit();
    Q_EMIT zoomed();
  });
  connect(p, &QCustomPlot::mouseMove, this, [this](QMouseEvent* e) { impl_->hover(e->pos()); });
  connect(p, &QCustomPlot::mousePress, this,
          [this, p](QMouseEvent* e) {  // Shift: drag moves instead of zooming
            impl_->pressed = e->pos();
            const bool move = e->modifiers() & Qt::ShiftModifier, left = e->button() == Qt::LeftButton;
            p->setSelectionRectMode(move || !left ? QCP::srmNone : QCP::srmCustom);
            p->setInteraction(QCP::iRangeDrag, move);
            impl_->isMoving = move;
          });
  connect(p, &QCustomPlot::mouseRelease, this, [this, p](QMouseEvent* e) {
    if (e->button() != Qt::LeftButton || (e->pos() - impl_->pressed).manhattanLength() >= kLeastDrag) return;
    if (!p->axisRect()->rect().contains(e->pos())) return;
    Q_EMIT clicked(p->xAxis->pixelToCoord(e->pos().x()), p->yAxis->pixelToCoord(e->pos().y()));
  });
  connect(p->selectionRect(), &QCPSelectionRect::accepted, this, [this, p](const QRect& rect, QMouseEvent*) {
    const QRect area = rect.normalized();
    if (area.width() < kLeastDrag || area.height() < kLeastDrag) return;
    impl_->zoomed = impl_->hasOwnY = true;
    impl_->isMoving = false;
    p->axisRect()->zoom(QRectF(area), {p->xAxis, p->yAxis});
    p->replot(QCustomPlot::rpQueuedReplot);
  });
}

Plot::~Plot() = default;

void Plot::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  impl_->wrapLegend();
  impl_->wrapTexts();
  impl_->placeBadge();
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

std::optional<PlotZoom> Plot::zoom() const {
  const auto x = zoomedTo();
  if (!x) return {};
  const QCPRange y = impl_->plot->yAxis->range();
  return PlotZoom{*x, impl_->hasOwnY ? std::optional(std::pair(y.lower, y.upper)) : std::nullopt};
}

void Plot::setZoom(const std::optional<PlotZoom>& zoom) {
  showX(zoom ? std::optional(zoom->x) : std::nullopt);
  if (zoom && zoom->y) {
    impl_->hasOwnY = true;
    impl_->plot->yAxis->setRange(zoom->y->first, zoom->y->second);
  }
  impl_->told = this->zoom();
  Q_EMIT zoomed();
}

void Plot::Impl::tellZoom() {
  const std::optional<PlotZoom> now = owner->zoom();
  if (now == told || !exported.isEmpty()) return;
  const std::optional<PlotZoom> before = std::exchange(told, now);
  Q_EMIT owner->zoomChosen(before, isMoving);
}

void Plot::Impl::fit() {
  zoomed = hasOwnY = isMoving = false;
  fitRanges();
  plot->replot(QCustomPlot::rpQueuedReplot);
}

void Plot::fit() {
  impl_->fit();
  impl_->told.reset();
}

void Plot::showX(std::optional<std::pair<double, double>> part) {
  if (!part) return fit();
  impl_->isQuiet = true;
  impl_->zoomed = true;
  impl_->hasOwnY = false;
  impl_->plot->xAxis->setRange(part->first, part->second);
  impl_->fitSeen();
  impl_->isQuiet = false;
  impl_->told = zoom();
  impl_->plot->replot(QCustomPlot::rpQueuedReplot);
}

void Plot::setHair(std::optional<double> x) {
  impl_->place(impl_->hair, impl_->drawn.empty() ? std::nullopt : x);
  impl_->replotOverlay();
}

void Plot::setHasReadOut(bool has) { impl_->hasReadOut = has; }

bool Plot::isReduced() const { return impl_->badge->isVisibleTo(this); }

void Plot::setCursor(std::optional<double> x) {
  impl_->place(impl_->cursor, x);
  impl_->replotOverlay();
}

QStringList Plot::xLabels() const {
  impl_->plot->replot();
  const QVector<QString> labels = impl_->plot->xAxis->tickVectorLabels();
  return {labels.begin(), labels.end()};
}

QString Plot::readOut(double x, double y) const { return readOutOf(impl_->figure, x, y); }

QString Plot::name() const { return impl_->figure.title.isEmpty() ? objectName() : impl_->figure.title; }
bool Plot::isEmpty() const { return impl_->drawn.empty() && !impl_->map; }

/// Draws it into a device for lines.
static std::function<void(QPaintDevice&)> painted(QCustomPlot& plot, QSize size) {
  return [&plot, size](QPaintDevice& device) {
    QCPPainter painter;
    if (!painter.begin(&device)) throw Error("the plot could not be drawn");
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    plot.toPainter(&painter, size.width(), size.height());
    painter.end();
  };
}

void Plot::Impl::drawForExport(QSize size, const std::function<void()>& draw) {
  const bool cursorShown = cursor->visible(), hairShown = hair->visible();
  cursor->setVisible(false);
  hair->setVisible(false);
  const bool hadLegend = figure.legend;  // on the screen it may stand beside the plot
  figure.legend = hadLegend || std::ranges::any_of(figure.curves, &Curve::inLegend);
  exported = size;
  const auto back = qScopeGuard([&] {  // drawing may throw: there is no room for its bytes
    exported = {};
    figure.legend = hadLegend;
    rebuild();
    cursor->setVisible(cursorShown);
    hair->setVisible(hairShown);
    filledWidth = -1;
  });
  rebuild();
  draw();
}

QPixmap Plot::picture(QSize size) const {
  if (size.isEmpty()) size = this->size().expandedTo({640, 400});
  requireDrawable(size * kPictureScale, tr("the plot"), tr("make it smaller"));
  QPixmap picture;
  impl_->drawForExport(size,
                       [&] { picture = impl_->plot->toPixmap(size.width(), size.height(), kPictureScale); });
  return picture;
}

void Plot::copy() const { QApplication::clipboard()->setPixmap(picture()); }

QByteArray Plot::numbers() const {
  if (readNumbers) return readNumbers();
  if (impl_->figure.isReduced)
    throw Error("the numbers of '" + name().toStdString() +
                "' cannot be exported from here: its curves are drawn from extremes; use 'uada export'");
  return csvOf(impl_->figure);
}

void Plot::copyNumbers() const { QApplication::clipboard()->setText(QString::fromUtf8(numbers())); }

QStringList Plot::exportFilters() {
  return {"Picture (*.png)", "Drawing for the web (*.svg)", "PDF for a paper (*.pdf)",
          "Numbers of every curve (*.csv)"};
}

void Plot::exportTo(const QString& file, QSize size) const {
  if (size.isEmpty()) size = this->size().expandedTo({640, 400});
  const std::string ending = endingIn(exportFilters(), file, tr("a plot"));
  if (ending == "png") return savePicture(picture(size).toImage(), file);
  QByteArray bytes;
  if (ending == "csv") {
    bytes = numbers();
  } else {
    requireDrawable(size, tr("the plot"), tr("make it smaller"));
    impl_->restyle(Theme(Theme::Kind::light));  // papers are white
    const auto back = qScopeGuard([this] {
      impl_->restyle(impl_->theme);
      impl_->plot->replot(QCustomPlot::rpQueuedReplot);
    });
    impl_->drawForExport(size, [&] {
      bytes = ending == "pdf" ? pdfOf(size, painted(*impl_->plot, size))
                              : svgOf(size, name(), painted(*impl_->plot, size));
    });
  }
  writeFileAtomically(file.toStdString(), std::string_view(bytes.constData(), bytes.size()));
}

void Plot::fillMenu(QMenu& menu) {
  menu.addAction(tr("Export chart..."), this, [this] { exportByAsking(this, {this}); });
  menu.addSeparator();
  menu.addAction(tr("Copy as picture"), this, [this] { copy(); });
  menu.addAction(tr("Copy numbers"), this, [this] {
    try {
      copyNumbers();
    } catch (const std::exception& error) {
      QToolTip::showText(QCursor::pos(), QString::fromStdString(problemText(error)), this);
    }
  });
  menu.addSeparator();
  menu.addAction(tr("Fit"), this, [this] {
    impl_->fit();
    Q_EMIT zoomed();
  });
  for (QAction* action : menu.actions())
    if (!action->isSeparator()) action->setEnabled(!isEmpty());
  if (impl_->figure.isReduced && !readNumbers) menu.actions().at(3)->setEnabled(false);
}

}  // namespace uada
