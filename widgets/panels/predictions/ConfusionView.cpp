#include "widgets/panels/predictions/ConfusionView.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/tables/Grid.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/panels/predictions/PredictionSet.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kLeastSide = 3, kMostSide = 72;   // pixels of a cell
constexpr int kLineSide = 8;                    // from which on cells have lines about them
constexpr int kTextSide = 26, kShareSide = 33;  // from which on a number, and a percentage, has room
constexpr int kMostTitle = 132;                 // pixels of a class's name
constexpr int kScale = 44, kCaption = 20;       // pixels: the colour scale below, the words above
const QColor kRight(0x1f, 0x77, 0xb4), kWrong(0xd9, 0x5f, 0x0e);

QColor mixed(const QColor& from, const QColor& to, double share) {
  const auto between = [&](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * share)); };
  return {between(from.red(), to.red()), between(from.green(), to.green()), between(from.blue(), to.blue())};
}

/// As perceived, 0..255.
int lightness(const QColor& colour) {
  return (299 * colour.red() + 587 * colour.green() + 114 * colour.blue()) / 1000;
}

QString shortPercent(double share) {
  const double percent = 100 * share;
  return QString::number(percent, 'f', percent < 10 && percent > 0 ? 1 : 0) + QStringLiteral(" %");
}

}  // namespace

ConfusionView::ConfusionView(const Theme& theme, QWidget* parent)
    : QAbstractScrollArea(parent), theme_(theme) {
  setObjectName("confusion");
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::StrongFocus);
  viewport()->setMouseTracking(true);
  setAccessibleName(tr("Confusion matrix"));
}

void ConfusionView::show(Confusion confusion, QStringList classes) {
  confusion_ = std::move(confusion);
  classes_ = std::move(classes);
  mostWrong_ = 0;
  for (int t = 0; t < confusion_.classes(); ++t)
    for (int p = 0; p < confusion_.classes(); ++p)
      if (const double share = confusion_.share(t, p); t != p && share > mostWrong_) mostWrong_ = share;
  chosen_.reset();
  isFitted_ = true;
  std::vector<int> order(static_cast<std::size_t>(confusion_.classes()));
  std::iota(order.begin(), order.end(), 0);
  setOrder(std::move(order));
}

void ConfusionView::setOrder(std::vector<int> order) {
  order_ = std::move(order);
  places_.assign(order_.size(), 0);
  for (std::size_t i = 0; i < order_.size(); ++i)
    places_[static_cast<std::size_t>(order_[i])] = static_cast<int>(i);
  refit();
}

void ConfusionView::setChosen(std::optional<ConfusionCell> cell) {
  chosen_ = cell;
  viewport()->update();
}

int ConfusionView::placeIn(int label) const { return places_[static_cast<std::size_t>(label)]; }

QRect ConfusionView::matrixArea() const {
  return viewport()->rect().adjusted(titles_, titles_ + kCaption, 0, -kScale);
}

QRect ConfusionView::placeOf(int truth, int predicted) const {
  const QPoint origin =
      matrixArea().topLeft() - QPoint(horizontalScrollBar()->value(), verticalScrollBar()->value());
  return {origin + QPoint(placeIn(predicted) * side_, placeIn(truth) * side_), QSize(side_, side_)};
}

void ConfusionView::refit() {
  const int classes = confusion_.classes();
  if (classes == 0) return viewport()->update();
  int widest = 0;
  for (const QString& name : classes_) widest = std::max(widest, fontMetrics().horizontalAdvance(name));
  titles_ = std::min(widest + 4, kMostTitle) + 2 * kGrid;
  const QRect room = matrixArea();
  if (isFitted_) side_ = std::clamp(std::min(room.width(), room.height()) / classes, kLeastSide, kMostSide);
  const int whole = classes * side_;
  horizontalScrollBar()->setRange(0, std::max(0, whole + 1 - room.width()));
  horizontalScrollBar()->setPageStep(room.width());
  horizontalScrollBar()->setSingleStep(side_);
  verticalScrollBar()->setRange(0, std::max(0, whole + 1 - room.height()));
  verticalScrollBar()->setPageStep(room.height());
  verticalScrollBar()->setSingleStep(side_);
  viewport()->update();
}

void ConfusionView::setSide(int side) {
  side_ = std::clamp(side, kLeastSide, kMostSide);
  isFitted_ = false;
  refit();
}

/// What lies at the point stays there.
void ConfusionView::zoomAt(QPoint point, int side) {
  const QPoint inside = point - matrixArea().topLeft();
  const double before = side_;
  const QPointF cells(inside.x() + horizontalScrollBar()->value(), inside.y() + verticalScrollBar()->value());
  setSide(side);
  const QPoint offset = (cells * (side_ / before)).toPoint() - inside;
  horizontalScrollBar()->setValue(offset.x());
  verticalScrollBar()->setValue(offset.y());
}

QColor ConfusionView::colourOf(int truth, int predicted) const {
  const double share = confusion_.share(truth, predicted);
  const QColor base = theme_.colour("base");
  if (!(share > 0)) return base;
  if (truth == predicted) return mixed(base, kRight, share);
  return mixed(base, kWrong, 0.12 + 0.88 * share / mostWrong_);  // a single error is seen, too
}

void ConfusionView::paintCells(QPainter& painter, const QRect& seen) const {
  const QPoint offset(horizontalScrollBar()->value(), verticalScrollBar()->value());
  const int classes = confusion_.classes();
  const auto range = [&](int from, int length) {
    return std::pair(std::max(0, from / side_), std::min(classes, (from + length) / side_ + 1));
  };
  const auto [left, right] = range(offset.x(), seen.width());
  const auto [top, bottom] = range(offset.y(), seen.height());
  const QColor line = theme_.colour("grid");
  QFont small = font();
  small.setPointSizeF(0.8 * small.pointSizeF());
  for (int row = top; row < bottom; ++row)
    for (int column = left; column < right; ++column) {
      const int t = order_[static_cast<std::size_t>(row)], p = order_[static_cast<std::size_t>(column)];
      const QRect cell = placeOf(t, p);
      const QColor colour = colourOf(t, p);
      painter.fillRect(cell, colour);
      if (side_ >= kLineSide) {
        painter.setPen(line);
        painter.drawRect(cell);
      }
      const std::int64_t count = confusion_.count(t, p);
      if (side_ < kTextSide || count == 0) continue;
      painter.setPen(lightness(colour) > 140 ? Qt::black : Qt::white);
      if (side_ < kShareSide) {
        painter.drawText(cell, Qt::AlignCenter, countText(count));
        continue;
      }
      const QRect upper = cell.adjusted(0, 2, 0, -side_ / 2), lower = cell.adjusted(0, side_ / 2, 0, -2);
      painter.drawText(upper, Qt::AlignHCenter | Qt::AlignBottom, countText(count));
      painter.setFont(small);
      painter.drawText(lower, Qt::AlignHCenter | Qt::AlignTop, shortPercent(confusion_.share(t, p)));
      painter.setFont(font());
    }
}

/// Of cells lower than a line of text only every so manieth row is named.
int ConfusionView::titleStep() const {
  return std::max(1, static_cast<int>(std::ceil(1.0 * fontMetrics().height() / std::max(1, side_))));
}

void ConfusionView::paintTitles(QPainter& painter) const {
  const QRect area = matrixArea();
  const QFontMetrics metrics = fontMetrics();
  painter.setPen(theme_.colour("muted"));
  painter.drawText(QRect(area.left(), 0, area.width(), kCaption), Qt::AlignLeft | Qt::AlignVCenter,
                   tr("Predicted class →"));
  painter.drawText(QRect(kGrid, area.top() - kCaption, titles_ - 2 * kGrid, kCaption),
                   Qt::AlignRight | Qt::AlignVCenter, tr("True class ↓"));
  const int length = titles_ - 2 * kGrid, step = titleStep();
  for (auto i = static_cast<std::size_t>(step / 2); i < order_.size(); i += static_cast<std::size_t>(step)) {
    const int label = order_[i];
    const QString name = metrics.elidedText(classes_.value(label), Qt::ElideRight, length);
    const QRect cell = placeOf(label, label);
    const bool isRow = chosen_ && chosen_->truth == label, isColumn = chosen_ && chosen_->predicted == label;
    if (cell.bottom() >= area.top() && cell.top() <= area.bottom()) {
      painter.setClipRect(QRect(0, area.top(), titles_, area.height()));
      painter.setPen(theme_.colour(isRow ? "accent" : "text"));
      painter.drawText(QRect(kGrid, cell.center().y() - metrics.height() / 2, length, metrics.height()),
                       Qt::AlignRight | Qt::AlignVCenter, name);
    }
    if (cell.right() < area.left() || cell.left() > area.right()) continue;
    painter.setClipRect(QRect(area.left(), kCaption, area.width(), titles_));
    painter.setPen(theme_.colour(isColumn ? "accent" : "text"));
    painter.save();
    painter.translate(cell.center().x() + metrics.height() / 2 - 2, area.top() - kGrid);
    painter.rotate(-90);
    painter.drawText(QPoint(0, 0), name);
    painter.restore();
  }
  painter.setClipping(false);
}

void ConfusionView::paintScale(QPainter& painter) const {
  const QRect strip(0, viewport()->height() - kScale, viewport()->width(), kScale);
  painter.fillRect(strip, theme_.colour("base"));
  const int half = std::min(230, (strip.width() - kGrid) / 2);
  const auto draw = [&](int left, const QString& title, const QColor& colour, double least, double most) {
    const QRect bar(left, strip.top() + 22, std::clamp(half - 100, 30, 120), 10);
    for (int x = 0; x < bar.width(); ++x)
      painter.fillRect(bar.left() + x, bar.top(), 1, bar.height(),
                       mixed(theme_.colour("base"), colour, least + (1 - least) * x / (bar.width() - 1)));
    painter.setPen(theme_.colour("border"));
    painter.drawRect(bar);
    painter.setPen(theme_.colour("muted"));
    painter.drawText(QRect(left, strip.top() + 2, half - kGrid, 18), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(title, Qt::ElideRight, half - kGrid));
    const QString end = shortPercent(most);
    painter.drawText(QRect(bar.right() + 6, bar.top() - 4, 70, 18), Qt::AlignLeft | Qt::AlignVCenter,
                     QStringLiteral("0 – ") + end);
  };
  draw(kGrid, tr("Right, of the true class"), kRight, 0, 1);
  draw(kGrid + half, tr("Wrong, of the true class"), kWrong, 0.12, mostWrong_);
}

void ConfusionView::paintEvent(QPaintEvent*) {
  QPainter painter(viewport());
  paint(painter);
  if (confusion_.classes() == 0 || !hasFocus()) return;
  painter.setPen(theme_.colour("accent"));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
}

void ConfusionView::paint(QPainter& painter) const {
  painter.fillRect(viewport()->rect(), theme_.colour("base"));
  if (confusion_.classes() == 0) return;
  const QRect area = matrixArea();
  painter.setClipRect(area.adjusted(0, 0, 1, 1));
  paintCells(painter, area);
  if (chosen_ && (chosen_->truth >= 0 || chosen_->predicted >= 0)) {
    const int first = order_.front(), last = order_.back();
    const QRect from = placeOf(chosen_->truth < 0 ? first : chosen_->truth,
                               chosen_->predicted < 0 ? first : chosen_->predicted);
    const QRect to = placeOf(chosen_->truth < 0 ? last : chosen_->truth,
                             chosen_->predicted < 0 ? last : chosen_->predicted);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme_.colour("text"), 2));
    painter.drawRect(from.united(to));
  }
  painter.setClipping(false);
  paintTitles(painter);
  paintScale(painter);
}

/// Cells of a legible size, and then all of it as small as it has to be.
void ConfusionView::draw(QPainter& painter, QSize size) const {
  constexpr int kCell = 12;  // pixels
  const Theme paper(Theme::Kind::light);
  ConfusionView copy(paper);
  copy.setFont(font());
  copy.setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  copy.setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  copy.show(confusion_, classes_);
  copy.setOrder(order_);
  const int cells = kCell * confusion_.classes() + 2;
  const QSize least(copy.titles_ + cells, copy.titles_ + kCaption + kScale + cells);
  const double scale = std::min({1.0, static_cast<double>(size.width()) / least.width(),
                                 static_cast<double>(size.height()) / least.height()});
  const QSize room = (QSizeF(size) / scale).toSize();
  copy.resize(room);
  copy.viewport()->setGeometry(QRect({}, room));  // nothing lays out what is never shown
  copy.refit();
  painter.scale(scale, scale);
  painter.setFont(font());
  copy.paint(painter);
}

QByteArray ConfusionView::numbers() const {
  const auto nameOf = [this](int label) { return csvText(classes_.value(label).toStdString()); };
  std::string text = csvLine({"true", "predicted", "samples", "share"});
  for (const int t : order_)
    for (const int p : order_)
      text += csvLine(
          {nameOf(t), nameOf(p), std::to_string(confusion_.count(t, p)), csvNumber(confusion_.share(t, p))});
  return QByteArray::fromStdString(text);
}

void ConfusionView::resizeEvent(QResizeEvent*) { refit(); }

std::optional<ConfusionCell> ConfusionView::cellAt(QPoint point) const {
  const QRect area = matrixArea();
  const QPoint inside =
      point - area.topLeft() + QPoint(horizontalScrollBar()->value(), verticalScrollBar()->value());
  const auto labelAt = [&](int place) {
    const int index = side_ > 0 && place >= 0 ? place / side_ : -1;
    return index >= 0 && index < confusion_.classes() ? order_[static_cast<std::size_t>(index)] : -1;
  };
  const int row = labelAt(inside.y()), column = labelAt(inside.x());
  const bool inRows = point.y() >= area.top() && point.y() <= area.bottom();
  const bool inColumns = point.x() >= area.left() && point.x() <= area.right();
  if (inRows && inColumns && row >= 0 && column >= 0) return ConfusionCell{row, column};
  if (inRows && point.x() < area.left() && row >= 0) return ConfusionCell{row, -1};
  if (inColumns && point.y() < area.top() && point.y() >= kCaption && column >= 0)
    return ConfusionCell{-1, column};
  return std::nullopt;
}

QString ConfusionView::textOf(const ConfusionCell& cell) const {
  const auto [t, p] = cell;
  if (t >= 0 && p >= 0)
    return (t == p ? tr("%1 taken for %2, rightly: %3 of %4 (%5)") : tr("%1 taken for %2: %3 of %4 (%5)"))
        .arg(classes_.value(t), classes_.value(p), countText(confusion_.count(t, p)),
             countText(confusion_.ofTruth(t)), shareText(confusion_.share(t, p)));
  if (t >= 0)
    return tr("%1: %2 samples, %3 of them right (%4)")
        .arg(classes_.value(t), countText(confusion_.ofTruth(t)), countText(confusion_.count(t, t)),
             shareText(confusion_.share(t, t)));
  return tr("Taken for %1: %2 samples, %3 of them rightly (%4)")
      .arg(classes_.value(p), countText(confusion_.ofPredicted(p)), countText(confusion_.count(p, p)),
           shareText(confusion_.precision(p)));
}

void ConfusionView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return event->ignore();
  const auto cell = cellAt(event->position().toPoint());
  if (!cell) return;
  setChosen(cell);
  Q_EMIT chosen(*cell);
}

/// Arrows walk from cell to cell.
void ConfusionView::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Plus || event->key() == Qt::Key_Equal) return setSide(side_ + side_ / 8 + 1);
  if (event->key() == Qt::Key_Minus) return setSide(side_ - side_ / 8 - 1);
  const QPoint by = event->key() == Qt::Key_Left    ? QPoint(-1, 0)
                    : event->key() == Qt::Key_Right ? QPoint(1, 0)
                    : event->key() == Qt::Key_Up    ? QPoint(0, -1)
                    : event->key() == Qt::Key_Down  ? QPoint(0, 1)
                                                    : QPoint();
  if (by.isNull() || confusion_.classes() == 0) return QAbstractScrollArea::keyPressEvent(event);
  const auto moved = [&](int label, int step) {
    const int place = label < 0 ? 0 : placeIn(label) + step;
    return order_[static_cast<std::size_t>(std::clamp(place, 0, confusion_.classes() - 1))];
  };
  const ConfusionCell from = chosen_.value_or(ConfusionCell{});
  const ConfusionCell cell{moved(from.truth, by.y()), moved(from.predicted, by.x())};
  setChosen(cell);
  const QRect place = placeOf(cell.truth, cell.predicted), area = matrixArea();
  for (auto [bar, low, high] :
       {std::tuple(horizontalScrollBar(), place.left() - area.left(), place.right() - area.right()),
        std::tuple(verticalScrollBar(), place.top() - area.top(), place.bottom() - area.bottom())})
    bar->setValue(bar->value() + (low < 0 ? low : std::max(0, high)));
  Q_EMIT chosen(cell);
}

bool ConfusionView::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto cell = cellAt(help->pos());
    const QString more = side_ < kTextSide ? tr("\nCtrl and the wheel, or + and −, zoom") : QString();
    QToolTip::showText(help->globalPos(), cell ? plainTip(textOf(*cell) + more) : QString(), viewport());
    return true;
  }
  return QAbstractScrollArea::viewportEvent(event);
}

void ConfusionView::wheelEvent(QWheelEvent* event) {
  if (!(event->modifiers() & Qt::ControlModifier)) return QAbstractScrollArea::wheelEvent(event);
  const int turned = event->angleDelta().y();
  if (turned != 0) zoomAt(event->position().toPoint(), side_ + (turned > 0 ? 1 : -1) * (side_ / 8 + 1));
  event->accept();
}

}  // namespace uada
