#include "widgets/panels/ops/ChainStrip.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QMenu>
#include <QPainter>
#include <QStyle>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <optional>

#include "widgets/models/ContextMenu.h"
#include "widgets/models/Pictures.h"
#include "widgets/models/Saving.h"
#include "widgets/models/Words.h"
#include "widgets/panels/ops/OpsModel.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kGap = 2 * kGrid;          // between pictures, with the arrow
constexpr int kNarrowest = 13 * kGrid;   // of a cell, for the caption
constexpr int kSmallest = 96;            // side of a picture worth looking at
constexpr int kLeastInRow = 10 * kGrid;  // the same where a whole zoom falls short of it in one row
constexpr int kMostInRow = 6;
constexpr int kMostZoom = 16;
constexpr int kFrame = 2;

StripGrid gridAt(QSize room, int count, int side, const std::function<int(int)>& captionHeight) {
  StripGrid grid;
  grid.side = side;
  grid.cellWidth = std::max(side, kNarrowest) + kGap;
  grid.cellHeight = side + captionHeight(grid.cellWidth - kGap) + 2 * kGrid;
  grid.columns = std::clamp((room.width() + kGap) / grid.cellWidth, 1, std::max(1, count));
  grid.rows = (count + grid.columns - 1) / grid.columns;
  return grid;
}

/// None: the pictures would be too small.
std::optional<StripGrid> oneRow(QSize room, int count, int source,
                                const std::function<int(int)>& captionHeight) {
  const int column = (room.width() + kGap) / std::max(1, count) - kGap;
  if (count > kMostInRow || column < kLeastInRow) return {};
  const int narrow = std::min(column, kNarrowest);
  const int most = std::min(column, std::max(kSmallest, room.height() - captionHeight(narrow) - kGrid));
  StripGrid grid;
  grid.scale = source <= most ? std::min(kMostZoom, most / source) : 1.0 * most / source;
  grid.side = static_cast<int>(std::lround(source * grid.scale));
  if (grid.side < kLeastInRow) return {};
  grid.columns = count;
  grid.cellWidth = std::max(grid.side, narrow) + kGap;
  grid.cellHeight = grid.side + captionHeight(grid.cellWidth - kGap) + kGrid;
  return grid;
}

}  // namespace

StripGrid stripGrid(QSize room, int count, int source, const std::function<int(int)>& captionHeight) {
  if (const auto row = oneRow(room, count, source, captionHeight)) return *row;
  StripGrid grid;
  for (int step = kMostZoom; step > -kMostZoom; --step) {
    if (step == 0 || step == -1) continue;  // 1 / 1 is step 1
    const double scale = step > 0 ? step : 1.0 / -step;
    const int side = static_cast<int>(std::ceil(source * scale));
    if (side < kSmallest && grid.cellWidth > 0) break;
    grid = gridAt(room, count, side, captionHeight);
    grid.scale = scale;
    if (grid.rows * grid.cellHeight <= room.height() && side <= room.width()) break;
  }
  return grid;
}

ChainStrip::ChainStrip(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
  setObjectName("chain_strip");
  setAccessibleName(tr("Pictures of the plan, stage by stage"));
  new ContextMenu(this, [this](QMenu& menu, std::optional<QPoint> at) {
    fillMenu(menu, at ? stageAt(*at) : static_cast<int>(shown_.size()) - 1);  // by name: of what came out
  });
}

void ChainStrip::setSheet(std::vector<Stage> pictures, std::span<const ClassColour> colours) {
  setStages(std::move(pictures), colours);
  isSheet_ = true;
}

void ChainStrip::setStages(std::vector<Stage> stages, std::span<const ClassColour> colours) {
  isSheet_ = false;
  drawn_.clear();
  stages_ = std::move(stages);
  shown_.clear();
  for (const Stage& stage : stages_)
    shown_.push_back(withTarget(stage.image.view(), viewOf(stage.target), colours));
  stale_ = false;
  arrange();
}

void ChainStrip::setStale(bool stale) {
  stale_ = stale;
  update();
}

void ChainStrip::setRoom(QSize room) {
  room_ = room;
  arrange();
}

int ChainStrip::captionHeight(int width) const {
  int detail = 0;
  for (const Stage& stage : stages_) {
    const QRect room(0, 0, width, 1 << 12);
    detail = std::max(detail, fontMetrics().boundingRect(room, Qt::TextWordWrap, q(stage.detail)).height());
  }
  return kGrid / 2 + fontMetrics().lineSpacing() + detail;
}

void ChainStrip::arrange() {
  const int count = static_cast<int>(stages_.size());
  drawn_.clear();
  if (count == 0) return update();
  const QSize room = room_ - QSize(2 * kFrame, 2 * kFrame);
  const int source = stages_.back().image.width;
  const auto caption = [this](int width) { return captionHeight(width); };
  grid_ = stripGrid(room, count, source, caption);
  if (grid_.rows * grid_.cellHeight > room.height()) {  // a scroll bar takes its part
    const int bar = style()->pixelMetric(QStyle::PM_ScrollBarExtent);
    grid_ = stripGrid(room - QSize(bar, 0), count, source, caption);
  }
  setMinimumHeight(grid_.rows * grid_.cellHeight + 2 * kFrame);
  for (int i = 0; i < count; ++i) drawn_.push_back(drawn(i));
  update();
}

/// The original may be no square.
QRect ChainStrip::placeOf(int i) const {
  const QRect picture = grid_.picture(i);
  const Image& image = shown_[static_cast<std::size_t>(i)];
  if (image.width == image.height) return picture;
  QRect place(QPoint(), QSize(image.width, image.height).scaled(picture.size(), Qt::KeepAspectRatio));
  place.moveCenter(picture.center());
  return place;
}

/// Larger pixels stay crisp, smaller ones are averaged.
QImage ChainStrip::drawn(int i) const {
  QImage image = viewOf(shown_[static_cast<std::size_t>(i)]);
  const QSize size = (placeOf(i).size().toSizeF() * devicePixelRatioF()).toSize().expandedTo({1, 1});
  if (size.width() >= image.width() && size.height() >= image.height()) return image;
  if (image.width() > 4 * size.width()) image = image.scaled(4 * size);  // a photo need not cost much time
  return image.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

void ChainStrip::drawStage(QPainter& painter, int i) const {
  const Stage& stage = stages_[static_cast<std::size_t>(i)];
  const QRect picture = grid_.picture(i), cell = grid_.cell(i);
  const bool last = !isSheet_ && i + 1 == static_cast<int>(stages_.size());
  painter.setOpacity(stale_ ? 0.3 : stage.done ? 1.0 : 0.45);
  painter.drawImage(placeOf(i), drawn_[static_cast<std::size_t>(i)]);
  painter.setOpacity(stale_ ? 0.3 : 1.0);
  painter.setPen(theme_.colour("muted"));
  if (!last && !isSheet_)
    painter.drawText(
        QRect(picture.right() + 1, picture.top(), cell.width() - picture.width(), picture.height()),
        Qt::AlignCenter, QStringLiteral("→"));
  const int line = fontMetrics().lineSpacing(), width = grid_.cellWidth - kGap;
  const QRect title(cell.left(), picture.bottom() + 1 + kGrid / 2, width, line);
  painter.setPen(theme_.colour(stage.done ? "text" : "muted"));
  painter.drawText(title, Qt::AlignLeft, fontMetrics().elidedText(q(stage.title), Qt::ElideRight, width));
  painter.setPen(theme_.colour("muted"));
  painter.drawText(QRect(title.left(), title.bottom() + 1, width, grid_.cellHeight),
                   Qt::AlignLeft | Qt::TextWordWrap, q(stage.detail));
  if (last) drawBadge(painter, picture);
}

/// The last picture is what the network sees.
void ChainStrip::drawBadge(QPainter& painter, const QRect& picture) const {
  const QColor accent = theme_.colour("accent");
  painter.setPen(QPen(accent, kFrame, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
  painter.drawRect(QRectF(picture).adjusted(-kFrame / 2.0, -kFrame / 2.0, kFrame / 2.0, kFrame / 2.0));
  const QString word = tr("final");
  const QSize size(fontMetrics().horizontalAdvance(word) + kGrid, fontMetrics().height());
  const QRect badge(picture.right() - size.width() + 1 + kFrame,
                    picture.bottom() - size.height() + 1 + kFrame, size.width(), size.height());
  painter.fillRect(badge, accent);
  painter.setPen(theme_.colour("accentText"));
  painter.drawText(badge, Qt::AlignCenter, word);
}

void ChainStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme_.colour("base"));
  painter.translate(kFrame, kFrame);
  for (int i = 0; i < static_cast<int>(stages_.size()); ++i) drawStage(painter, i);
}

int ChainStrip::stageAt(const QPoint& point) const {
  for (int i = 0; i < static_cast<int>(stages_.size()); ++i)
    if (grid_.cell(i).contains(point - QPoint(kFrame, kFrame))) return i;
  return -1;
}

bool ChainStrip::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const int at = stageAt(help->pos());
  if (at < 0) {
    QToolTip::hideText();
    return true;
  }
  const Stage& stage = stages_[static_cast<std::size_t>(at)];
  QToolTip::showText(help->globalPos(),
                     plainTip(q(stage.title + (stage.detail.empty() ? "" : ": " + stage.detail))), this);
  return true;
}

void ChainStrip::mouseDoubleClickEvent(QMouseEvent* event) {
  const int at = stageAt(event->pos());
  if (at >= 0 && isSheet_) return Q_EMIT chosen(at);
  if (at >= 0 && stages_[static_cast<std::size_t>(at)].step >= 0) Q_EMIT opWanted(at);
}

void ChainStrip::fillMenu(QMenu& menu, int at) {
  if (at < 0 || at >= static_cast<int>(shown_.size())) return;
  const Stage& stage = stages_[static_cast<std::size_t>(at)];
  const QImage image = copyOf(shown_[static_cast<std::size_t>(at)]);
  if (stage.step >= 0) menu.addAction(tr("Open in the op explorer"), [this, at] { Q_EMIT opWanted(at); });
  menu.addAction(tr("Copy image"), [image] { QApplication::clipboard()->setImage(image); });
  menu.addAction(tr("Save image..."), [this, image] {
    const QString why = askAndSave(this, image, "stage.png");
    if (!why.isEmpty()) Q_EMIT saveFailed(why);
  });
}

}  // namespace uada
