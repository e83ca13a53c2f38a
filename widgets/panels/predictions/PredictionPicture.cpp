#include "widgets/panels/predictions/PredictionPicture.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <algorithm>
#include <ranges>
#include <utility>

#include "widgets/forms/FlowLayout.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr double kWide = 2;  // pixels of a line
constexpr QSize kSwatch{28, 14};

QPen penOf(const DrawnBox& box) {
  QPen pen(colourOf(box), kWide);
  pen.setJoinStyle(Qt::MiterJoin);
  if (box.kind == BoxKind::wrong) pen.setDashPattern({4, 2.5});
  if (box.kind == BoxKind::missed) pen.setDashPattern({1, 1.5});
  if (box.kind == BoxKind::truth) pen.setWidthF(1);
  return pen;
}

/// A light line is seen on any picture if a dark one lies under it.
void strokeRect(QPainter& painter, const QRectF& place, const DrawnBox& box) {
  painter.setBrush(Qt::NoBrush);
  const QPen pen = penOf(box);
  QPen below(QColor(0, 0, 0, 150), pen.widthF() + 2);
  below.setJoinStyle(Qt::MiterJoin);
  painter.setPen(below);
  painter.drawRect(place);
  painter.setPen(pen);
  painter.drawRect(place);
}

/// Above the box, or inside of it where there is no room above.
QRectF labelOf(const QFontMetricsF& metrics, const QRectF& place, const DrawnBox& box, double top) {
  QRectF label(place.left(), place.top() - metrics.height() - 1, metrics.horizontalAdvance(box.text) + 6,
               metrics.height());
  if (label.top() < top) label.moveTop(place.top() + 1);
  return label;
}

void writeText(QPainter& painter, const QRectF& label, const DrawnBox& box) {
  const QColor colour = colourOf(box);
  painter.fillRect(label, colour);
  painter.setPen(qGray(colour.rgb()) > 128 ? Qt::black : Qt::white);
  painter.drawText(label, Qt::AlignCenter, box.text);
}

}  // namespace

QColor colourOf(const DrawnBox& box) {
  switch (box.kind) {
    case BoxKind::right: return {0x2c, 0xc0, 0x5a};
    case BoxKind::wrong: return {0xff, 0x4d, 0x4d};
    case BoxKind::missed: return {0xff, 0xb0, 0x20};
    case BoxKind::difficult: return {0xb8, 0xbe, 0xc6};
    case BoxKind::truth: return Qt::white;
    case BoxKind::plain: return box.colour;
  }
  return Qt::white;
}

QString wordOf(BoxKind kind) {
  switch (kind) {
    case BoxKind::right: return QObject::tr("right (TP)");
    case BoxKind::wrong: return QObject::tr("wrong (FP)");
    case BoxKind::missed: return QObject::tr("missed (FN)");
    case BoxKind::difficult: return QObject::tr("difficult object, not counted");
    case BoxKind::truth: return QObject::tr("truth");
    case BoxKind::plain: return {};
  }
  return {};
}

QPixmap lineSwatch(BoxKind kind, double ratio) {
  QPixmap swatch(kSwatch * ratio);
  swatch.setDevicePixelRatio(ratio);
  swatch.fill(QColor(70, 74, 80));
  QPainter painter(&swatch);
  const DrawnBox box{{}, kind, {}, {}};
  painter.setPen(penOf(box));
  const double middle = kSwatch.height() / 2.0;
  painter.drawLine(QPointF(3, middle), QPointF(kSwatch.width() - 3, middle));
  return swatch;
}

QWidget* legendOf(const std::vector<std::pair<QPixmap, QString>>& entries, QWidget* parent, QLabel** first) {
  auto* legend = new QWidget(parent);
  auto* flow = new FlowLayout(legend, kGrid / 2);
  for (const auto& [swatch, text] : entries) {
    auto* entry = new QWidget(legend);
    auto* row = new QHBoxLayout(entry);
    row->setContentsMargins(0, 0, kGrid / 2, 0);
    auto* picture = new QLabel(entry);
    picture->setPixmap(swatch);
    auto* word = new QLabel(text, entry);
    if (first && !*first) *first = word;
    row->addWidget(picture);
    row->addWidget(word);
    flow->addWidget(entry);
  }
  return legend;
}

void paintBoxes(QPainter& painter, const std::vector<DrawnBox>& boxes, QPointF origin, double scale) {
  const auto placeOf = [&](const DrawnBox& box) {
    return QRectF(origin + box.place.topLeft() * scale, box.place.size() * scale);
  };
  for (const DrawnBox& box : boxes) strokeRect(painter, placeOf(box), box);
  const QFontMetricsF metrics(painter.font());
  std::vector<QRectF> written;
  for (const DrawnBox& box : boxes | std::views::reverse) {
    if (box.text.isEmpty()) continue;
    const QRectF label = labelOf(metrics, placeOf(box), box, origin.y());
    if (std::ranges::any_of(written, [&](const QRectF& other) { return other.intersects(label); })) continue;
    writeText(painter, label, box);
    written.push_back(label);
  }
}

PredictionPicture::PredictionPicture(const Theme& theme, PixelZoom& zoom, QWidget* parent)
    : PixelView(theme, zoom, parent) {}

void PredictionPicture::setBoxes(std::vector<DrawnBox> boxes) {
  boxes_ = std::move(boxes);
  update();
}

void PredictionPicture::drawOver(QPainter& painter) const {
  paintBoxes(painter, boxes_, onScreen({0, 0, 0, 0}).topLeft(), scale());
}

/// With Ctrl they move the picture, as they do in other views.
void PredictionPicture::keyPressEvent(QKeyEvent* event) {
  const bool isPlain = !(event->modifiers() & Qt::ControlModifier);
  if (isPlain && event->key() == Qt::Key_Left) return Q_EMIT stepWanted(-1);
  if (isPlain && event->key() == Qt::Key_Right) return Q_EMIT stepWanted(1);
  PixelView::keyPressEvent(event);
}

}  // namespace uada
