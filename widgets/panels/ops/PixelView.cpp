#include "widgets/panels/ops/PixelView.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/models/ContextMenu.h"
#include "widgets/models/Pictures.h"
#include "widgets/models/Saving.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kMostIn = 64, kMostOut = -32;
constexpr int kCaption = 20;       // pixels above the picture
constexpr int kClickDistance = 3;  // a shorter drag is a click

/// The next zoom in (+1) or out (-1): ... 1/3, 1/2, 1, 2, 3 ...
int next(int step, int direction) {
  const int moved = step + direction;
  return moved == 0 || moved == -1 ? (direction > 0 ? 1 : -2) : moved;
}

}  // namespace

QString PixelZoom::text() const {
  if (fraction_ > 0) return QStringLiteral("%1 %").arg(std::lround(100 * fraction_));
  return step_ > 0 ? QStringLiteral("%1 ×").arg(step_) : QStringLiteral("1 : %1").arg(-step_);
}

void PixelZoom::setPicture(QSize size, bool isSmooth) {
  if (size == picture_ && isSmooth == isSmooth_) return;
  picture_ = size;
  isSmooth_ = isSmooth;
  point({});
  fit();
}

void PixelZoom::setView(const QWidget* view, QSize size) {
  views_[view] = size;
  if (fitted_) return fit();
  keepInside();
  Q_EMIT changed();
}

/// The largest zoom at which every view shows the whole picture.
void PixelZoom::fit() {
  fitted_ = true;
  centre_ = {picture_.width() / 2.0, picture_.height() / 2.0};
  if (picture_.isEmpty()) return;
  QSize room(1 << 20, 1 << 20);
  for (const auto& [view, size] : views_) room = room.boundedTo(size);
  room = room.expandedTo({1, 1});
  const double scale =
      std::min(1.0 * room.width() / picture_.width(), 1.0 * room.height() / picture_.height());
  step_ = scale >= 1 ? static_cast<int>(scale) : -static_cast<int>(std::ceil(1 / scale));
  step_ = std::clamp(step_, kMostOut, kMostIn);
  fraction_ = isSmooth_ && scale < 1 ? scale : 0;
  Q_EMIT changed();
}

void PixelZoom::zoom(int steps, QPointF at) {
  const double before = scale();
  fraction_ = 0;
  if (steps < 0 && scale() < before) ++steps;  // the step below what was fitted is the first one out
  for (int i = 0; i < std::abs(steps); ++i)
    step_ = std::clamp(next(step_, steps > 0 ? 1 : -1), kMostOut, kMostIn);
  centre_ = at + (centre_ - at) * (before / scale());
  fitted_ = false;
  keepInside();
  Q_EMIT changed();
}

void PixelZoom::moveBy(QPointF picturePixels) {
  centre_ += picturePixels;
  fitted_ = false;
  keepInside();
  Q_EMIT changed();
}

/// A picture that fits stays in the middle; of a larger one no edge leaves the view's edge.
void PixelZoom::keepInside() {
  QSizeF room(0, 0);
  for (const auto& [view, size] : views_) room = room.expandedTo(QSizeF(size) / scale());
  const auto along = [](double centre, double room, double size) {
    return room >= size ? size / 2 : std::clamp(centre, room / 2, size - room / 2);
  };
  centre_ = {along(centre_.x(), room.width(), picture_.width()),
             along(centre_.y(), room.height(), picture_.height())};
}

void PixelZoom::point(std::optional<QPoint> pixel) {
  if (pixel && !QRect(QPoint(), picture_).contains(*pixel)) pixel.reset();
  if (pixel == pointed_) return;
  pointed_ = pixel;
  Q_EMIT changed();
}

PixelView::PixelView(const Theme& theme, PixelZoom& zoom, QWidget* parent)
    : QWidget(parent), theme_(theme), zoom_(zoom) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setCursor(Qt::CrossCursor);
  setAttribute(Qt::WA_OpaquePaintEvent);
  connect(&zoom, &PixelZoom::changed, this, qOverload<>(&QWidget::update));
  auto* menu = new ContextMenu(this, [this](QMenu& filled, std::optional<QPoint>) { fillMenu(filled); });
  menu->setAbout([this] { return title_; });
}

void PixelView::setPicture(Image image) {
  image_ = std::move(image);
  picture_ = viewOf(image_);
  isSmooth_ = false;
  whole_ = picture_.size();
  makeWhole_ = nullptr;
  zoom_.setPicture(whole_);
  update();
}

void PixelView::setPicture(QImage picture) {
  const QSize whole = picture.size();
  setPicture(std::move(picture), whole, nullptr);
}

void PixelView::setPicture(QImage shown, QSize whole, std::function<QImage()> makeWhole) {
  picture_ = std::move(shown);
  whole_ = whole;
  makeWhole_ = std::move(makeWhole);
  image_ = {};
  isSmooth_ = true;
  scaled_ = {};
  zoom_.setPicture(whole_, true);
  update();
}

QSize PixelView::shownSize(QSize whole) const {
  const QSize size = (QSizeF(whole) * zoom_.scale() * devicePixelRatioF()).toSize();
  return size.boundedTo(whole).expandedTo({1, 1});
}

void PixelView::setCaption(const QString& title, const QString& detail) {
  title_ = title;
  detail_ = detail;
  setAccessibleName(title + QStringLiteral(": ") + detail);
  update();
}

QRect PixelView::area() const { return rect().adjusted(0, kCaption, 0, 0); }

/// Where the picture's upper left corner lies, on whole screen pixels.
QPoint PixelView::corner() const {
  const QPointF middle = QRectF(area()).center(), centre = zoom_.centre() * zoom_.scale();
  return {static_cast<int>(std::floor(middle.x() - centre.x())),
          static_cast<int>(std::floor(middle.y() - centre.y()))};
}

QPointF PixelView::toPicture(QPointF place) const { return (place - QPointF(corner())) / zoom_.scale(); }

QRectF PixelView::onScreen(const QRectF& pixels) const {
  return {QPointF(corner()) + pixels.topLeft() * zoom_.scale(), pixels.size() * zoom_.scale()};
}

/// In the pixels of the screen, of which there may be several for one of the window.
const QImage& PixelView::scaledDown() const {
  const double ratio = devicePixelRatioF();
  const QSize size = (QSizeF(whole_) * zoom_.scale() * ratio).toSize().expandedTo({1, 1});
  if (scaled_.size() != size) {
    scaled_ = picture_.size() == size
                  ? picture_
                  : picture_.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    scaled_.setDevicePixelRatio(ratio);
  }
  return scaled_;
}

void PixelView::drawPicture(QPainter& painter) const {
  const double scale = zoom_.scale();
  const QPoint from = corner();
  if (scale < 1) {  // every nth pixel
    if (isSmooth_)
      painter.drawImage(from, scaledDown());
    else
      painter.drawImage(QRectF(from, QSizeF(picture_.size()) * scale), picture_);
    return;
  }
  if (picture_.size() != whole_) {  // until it has been drawn whole
    painter.drawImage(QRectF(from, QSizeF(whole_) * scale), picture_);
    return;
  }
  // Only what is seen, in whole pixels, so that all are equally large.
  const QRectF seen(toPicture(area().topLeft()), QSizeF(area().size()) / scale);
  const QRect part = seen.toAlignedRect().intersected(picture_.rect());
  const int zoom = static_cast<int>(scale);
  const QImage shown =
      picture_.copy(part).convertToFormat(QImage::Format_RGB32);  // drawn several times as fast
  painter.drawImage(QRect(from + part.topLeft() * zoom, part.size() * zoom), shown);
  if (const auto pixel = zoom_.pointed()) {
    painter.setPen(theme_.colour("accent"));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRect(from + *pixel * zoom, QSize(zoom, zoom)).adjusted(-1, -1, 0, 0));
  }
}

void PixelView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme_.colour("base"));
  const QRect caption(2, 0, width() - 4, kCaption);
  const QFontMetrics metrics = painter.fontMetrics();
  painter.setPen(theme_.colour("text"));
  painter.drawText(caption, Qt::AlignLeft | Qt::AlignVCenter,
                   metrics.elidedText(title_, Qt::ElideRight, caption.width()));
  const QRect rest = caption.adjusted(metrics.horizontalAdvance(title_) + kGrid, 0, 0, 0);
  painter.setPen(theme_.colour("muted"));
  painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                   metrics.elidedText(detail_, Qt::ElideRight, rest.width()));
  painter.fillRect(area(), theme_.colour("alternate"));
  painter.setClipRect(area());
  if (!picture_.isNull()) {
    drawPicture(painter);
    drawOver(painter);
  }
  if (!hasFocus()) return;
  painter.setClipping(false);
  painter.setPen(theme_.colour("accent"));
  painter.drawRect(area().adjusted(0, 0, -1, -1));
}

void PixelView::resizeEvent(QResizeEvent*) { zoom_.setView(this, area().size()); }

void PixelView::wheelEvent(QWheelEvent* event) {
  const int turned = event->angleDelta().y();
  if (turned != 0) zoom_.zoom(turned > 0 ? 1 : -1, toPicture(event->position()));
  event->accept();
}

void PixelView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return event->ignore();
  pressed_ = last_ = event->position();
  dragged_ = false;
}

void PixelView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF place = event->position();
  if (event->buttons() & Qt::LeftButton) {
    dragged_ = dragged_ || (place - pressed_).manhattanLength() > kClickDistance;
    if (dragged_) zoom_.moveBy((last_ - place) / zoom_.scale());
    last_ = place;
  }
  const QPointF at = toPicture(place);
  const QPoint pixel(static_cast<int>(std::floor(at.x())), static_cast<int>(std::floor(at.y())));
  zoom_.point(area().contains(place.toPoint()) ? std::optional(pixel) : std::nullopt);
}

void PixelView::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && !dragged_ && zoom_.pointed()) Q_EMIT clicked(*zoom_.pointed());
}

void PixelView::mouseDoubleClickEvent(QMouseEvent*) { zoom_.fit(); }

void PixelView::leaveEvent(QEvent*) { zoom_.point({}); }

/// The window's arrow keys move the step cursor; here they move the picture.
bool PixelView::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Left || key == Qt::Key_Right) {
      event->accept();
      return true;
    }
  }
  return QWidget::event(event);
}

void PixelView::keyPressEvent(QKeyEvent* event) {
  const QSizeF eighth = QSizeF(area().size()) / (8 * zoom_.scale());
  switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal: return zoom_.zoom(1, zoom_.centre());
    case Qt::Key_Minus: return zoom_.zoom(-1, zoom_.centre());
    case Qt::Key_0: return zoom_.fit();
    case Qt::Key_Left: return zoom_.moveBy({-eighth.width(), 0});
    case Qt::Key_Right: return zoom_.moveBy({eighth.width(), 0});
    case Qt::Key_Up: return zoom_.moveBy({0, -eighth.height()});
    case Qt::Key_Down: return zoom_.moveBy({0, eighth.height()});
    default: return QWidget::keyPressEvent(event);
  }
}

void PixelView::fillMenu(QMenu& menu) {
  if (picture_.isNull()) return;
  menu.addAction(tr("Copy image"), [this] { QApplication::clipboard()->setImage(wholePicture()); });
  menu.addAction(tr("Save image..."), this, &PixelView::savePicture);
  menu.addSeparator();
  menu.addAction(tr("Fit"), &zoom_, &PixelZoom::fit);
}

void PixelView::savePicture() {
  const QString why = askAndSave(this, wholePicture(), title_.toLower() + ".png");
  if (!why.isEmpty()) Q_EMIT saveFailed(why);
}

}  // namespace uada
