#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/panels/predictions/StripsView.h"
#include "widgets/session/Theme.h"

// The figure of strips on the screen, with the rectangles that are drawn on it.
namespace uada {

static constexpr double kLeastCut = 4;  // pixels of the screen: less is a click

StripsCanvas::StripsCanvas(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
  setObjectName("strips_canvas");
  setCursor(Qt::CrossCursor);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void StripsCanvas::show(StripFigure figure) {
  figure_ = std::move(figure);
  pressed_.reset();
  scaled_.clear();
  refit();
}

void StripsCanvas::refit() {
  layout_ = figure_.isEmpty() ? StripLayout() : layOut(figure_, std::max(1, width()));
  setFixedHeight(std::max(1, static_cast<int>(std::ceil(layout_.size.height()))));
  update();
}

QRectF StripsCanvas::placeOf(int row, int column) const {
  for (const StripPiece& piece : layout_.pieces)
    if (piece.kind == StripPiece::Kind::picture && !piece.isCut && piece.row == row && piece.column == column)
      return piece.place;
  return {};
}

/// A whole picture is made small once, not with every movement of the mouse.
const QImage& StripsCanvas::scaled(const StripPiece& piece, double ratio) {
  const QSize pixels = (piece.place.size() * ratio).toSize().expandedTo({1, 1});
  QImage& kept = scaled_[{piece.row, piece.column}];
  if (kept.size() != pixels)
    kept = scaledPart(
        figure_.rows[static_cast<std::size_t>(piece.row)].pictures[static_cast<std::size_t>(piece.column)],
        piece.source, pixels);
  return kept;
}

void StripsCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const double ratio = devicePixelRatioF();
  const StripColours colours{theme_.colour("base"), theme_.colour("text")};
  StripLayout rest = layout_;
  std::erase_if(rest.pieces, [](const StripPiece& piece) {
    return piece.kind == StripPiece::Kind::picture && !piece.isCut;
  });
  painter.fillRect(rect(), colours.background);
  for (const StripPiece& piece : layout_.pieces)
    if (piece.kind == StripPiece::Kind::picture && !piece.isCut)
      painter.drawImage(piece.place, scaled(piece, ratio));
  StripColours over = colours;
  over.background = Qt::transparent;
  paintStrips(painter, figure_, rest, over, ratio);
  if (!pressed_) return;
  painter.setPen(QPen(colours.frame, 1, Qt::DashLine));
  const QRectF cut = drawnCut();
  for (int column = 0; column < figure_.titles.size(); ++column) {
    const QRectF place = placeOf(pressed_->row, column);
    painter.drawRect(QRectF(place.left() + cut.left() * place.width(),
                            place.top() + cut.top() * place.height(), cut.width() * place.width(),
                            cut.height() * place.height()));
  }
}

void StripsCanvas::resizeEvent(QResizeEvent*) { refit(); }

/// In shares of the picture's sides.
QRectF StripsCanvas::drawnCut() const {
  const QRectF& place = pressed_->place;
  const QRectF drawn = QRectF(from_, to_).normalized().intersected(place);
  return {(drawn.left() - place.left()) / place.width(), (drawn.top() - place.top()) / place.height(),
          drawn.width() / place.width(), drawn.height() / place.height()};
}

void StripsCanvas::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return event->ignore();
  for (const StripPiece& piece : layout_.pieces)
    if (piece.kind == StripPiece::Kind::picture && !piece.isCut && piece.place.contains(event->position()))
      pressed_ = piece;
  from_ = to_ = event->position();
}

void StripsCanvas::mouseMoveEvent(QMouseEvent* event) {
  if (!pressed_) return;
  to_ = event->position();
  update();
}

void StripsCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (!pressed_ || event->button() != Qt::LeftButton) return;
  to_ = event->position();
  const QRectF shares = drawnCut();
  const QRectF drawn = QRectF(from_, to_).normalized();
  const int row = std::exchange(pressed_, std::nullopt)->row;
  update();
  if (std::min(drawn.width(), drawn.height()) >= kLeastCut && !shares.isEmpty()) Q_EMIT cutDrawn(row, shares);
}

}  // namespace uada
