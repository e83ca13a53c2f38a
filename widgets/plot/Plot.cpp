#include "widgets/plot/Plot.h"

#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QPdfWriter>
#include <QVBoxLayout>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/models/Saving.h"
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
  QCustomPlot* p = impl_->plot;
  connect(p, &QCustomPlot::beforeReplot, this, [this] { impl_->tickFormat(); });
  connect(p, &QCustomPlot::afterLayout, this, [this] { impl_->fill(); });
  connect(p, &QCustomPlot::afterReplot, this, [this] { impl_->painted = true; });
  connect(p, &QCustomPlot::mouseWheel, this, [this] { impl_->zoomed = impl_->hasOwnY = true; });
  connect(p->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, [this] {
    if (impl_->zoomed && !impl_->isQuiet) Q_EMIT zoomed();
  });
  connect(p, &QCustomPlot::mouseDoubleClick, this, [this] {
    fit();
    Q_EMIT zoomed();
  });
  connect(p, &QCustomPlot::mouseMove, this, [this](QMouseEvent* e) { impl_->hover(e->pos()); });
  connect(p, &QCustomPlot::mousePress, this,
          [this, p](QMouseEvent* e) {  // Shift: drag moves instead of zooming
            impl_->pressed = e->pos();
            const bool move = e->modifiers() & Qt::ShiftModifier;
            p->setSelectionRectMode(move ? QCP::srmNone : QCP::srmCustom);
            p->setInteraction(QCP::iRangeDrag, move);
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
    p->axisRect()->zoom(QRectF(area), {p->xAxis, p->yAxis});
    p->replot(QCustomPlot::rpQueuedReplot);
  });
}

Plot::~Plot() = default;

void Plot::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  impl_->wrapLegend();
  impl_->wrapEmpty();
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

void Plot::fit() {
  impl_->zoomed = impl_->hasOwnY = false;
  impl_->fitRanges();
  impl_->plot->replot(QCustomPlot::rpQueuedReplot);
}

void Plot::showX(std::optional<std::pair<double, double>> part) {
  if (!part) return fit();
  impl_->isQuiet = true;
  impl_->zoomed = true;
  impl_->hasOwnY = false;
  impl_->plot->xAxis->setRange(part->first, part->second);
  impl_->fitSeen();
  impl_->isQuiet = false;
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
