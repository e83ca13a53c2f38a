#include "widgets/plot/Plot.h"

#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QFileInfo>
#include <QFrame>
#include <QLabel>
#include <QLocale>
#include <QPdfWriter>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/plot/PlotImpl.h"
#include "widgets/plot/PlotText.h"
#include "widgets/session/Theme.h"

namespace uada {

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

void Plot::Impl::hover(const QPoint& position) {
  const bool inside = plot->axisRect()->rect().contains(position) && (!drawn.empty() || map);
  hair->setVisible(inside);
  if (inside) {
    const double x = plot->xAxis->pixelToCoord(position.x()), y = plot->yAxis->pixelToCoord(position.y());
    hair->point1->setCoords(x, 0);
    hair->point2->setCoords(x, 1);
    hair->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
    hair->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
    readOutText->setText(owner->readOut(x, y));
    readOut->adjustSize();
    const int w = readOut->width(), h = readOut->height();
    const int left = position.x() + 2 * kGrid + w < plot->width() ? position.x() + 2 * kGrid
                                                                  : position.x() - 2 * kGrid - w;
    readOut->move(std::max(0, left), std::clamp(position.y() - h / 2, 0, std::max(0, plot->height() - h)));
    Q_EMIT owner->hovered(x, y);
  }
  readOut->setVisible(inside && !readOutText->text().isEmpty());
  replotOverlay();
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

QPixmap Plot::picture(QSize size) const {
  if (size.isEmpty()) size = this->size().expandedTo({640, 400});
  impl_->filledWidth = -1;
  return impl_->plot->toPixmap(size.width(), size.height(), 2.0);
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
  const QString kind = QFileInfo(file).suffix().toLower();
  QByteArray bytes;
  if (kind == "png") {
    QBuffer buffer(&bytes);
    picture(size).save(&buffer, "PNG");
  } else if (kind == "pdf") {  // papers are white
    impl_->restyle(Theme(Theme::Kind::light));
    impl_->filledWidth = -1;
    bytes = pdfOf(*impl_->plot, size);
    impl_->restyle(impl_->theme);
  } else if (kind == "csv") {
    bytes = csvOf(impl_->figure);
  } else {
    throw UsageError("cannot export '" + file.toStdString() + "': the name ends in .png, .pdf or .csv");
  }
  writeFileAtomically(file.toStdString(), std::string_view(bytes.constData(), bytes.size()));
}

}  // namespace uada
