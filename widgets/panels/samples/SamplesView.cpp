#include "widgets/panels/samples/SamplesView.h"

#include <QAbstractProxyModel>
#include <QPainter>
#include <QResizeEvent>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

#include "core/augment/Space.h"
#include "core/engine/DecisionText.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Pictures.h"
#include "widgets/models/Words.h"
#include "widgets/panels/samples/SamplesModel.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kMargin = kGrid;
constexpr int kMostZoom = 8;
constexpr int kFrame = 3;  // of the winner, outside the picture

}  // namespace

QRect SampleGrid::picture(const QRect& row, int column) const {
  return {row.left() + kMargin + column * columnWidth, row.top() + kMargin, side, side};
}

QRect SampleGrid::caption(const QRect& row, int column) const {
  const QRect above = picture(row, column);
  return {above.left(), above.bottom() + 1 + kFrame + 1, columnWidth - kMargin, textLines * lineHeight};
}

std::pair<QString, QString> inTwoLines(const QString& text, const QFontMetrics& metrics, int width) {
  if (metrics.horizontalAdvance(text) <= width) return {text, {}};
  int end = static_cast<int>(text.size());
  while (end > 0 && metrics.horizontalAdvance(text.left(end)) > width)
    end = end > 1 ? static_cast<int>(text.lastIndexOf(' ', end - 1)) : 0;
  if (end <= 0) return {metrics.elidedText(text, Qt::ElideRight, width), {}};
  return {text.left(end), metrics.elidedText(text.mid(end + 1), Qt::ElideRight, width)};
}

SampleGrid sampleGrid(int width, int groups, int sourceSide, int lineHeight) {
  SampleGrid grid;
  grid.columns = groups + (groups > 0 ? 3 : 2);
  grid.columnWidth = std::max(96, (width - kMargin) / grid.columns);
  grid.zoom = std::clamp((grid.columnWidth - 2 * kMargin) / std::max(1, sourceSide), 1, kMostZoom);
  grid.side = std::min(grid.zoom * sourceSide, grid.columnWidth - 2 * kMargin);
  grid.lineHeight = lineHeight;
  grid.rowHeight = kMargin + grid.side + kFrame + 1 + grid.textLines * lineHeight + kMargin;
  return grid;
}

SampleDelegate::SampleDelegate(const Theme& theme, QObject* parent)
    : QStyledItemDelegate(parent), theme_(theme) {}

QSize SampleDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
  return {grid.columns * grid.columnWidth + kMargin, grid.rowHeight};
}

void SampleDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                           const QModelIndex& index) const {
  const auto* view = static_cast<const SamplesView*>(option.widget ? option.widget : parent());
  const Decision* decision = view->decisionAt(index);
  if (!decision) return;
  const Decision& d = *decision;
  painter->save();
  if (option.state & QStyle::State_Selected) {
    QColor tint = theme_.colour("accent");
    tint.setAlpha(28);
    painter->fillRect(option.rect, tint);
  }
  painter->setPen(theme_.colour("grid"));
  painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
  const int groups = static_cast<int>(d.groups.size());
  const Image& trained = d.winner < 0 || d.winner >= groups ? d.unperturbed : d.groups[d.winner].picture;
  const QRect& row = option.rect;
  paintCell(*painter, row, 0, d.original, originalText(d), false);
  if (groups > 0) {
    CellText unperturbed{q(chainText(d.plan)), QObject::tr("loss %1").arg(lossText(d.unperturbedLoss)), {}};
    paintCell(*painter, row, 1, d.unperturbed, unperturbed, d.winner < 0);
    for (int i = 0; i < groups && i + 2 < grid.columns; ++i)
      paintCell(*painter, row, i + 2, d.groups[i].picture, groupText(d, d.groups[i]), i == d.winner);
  }
  paintCell(*painter, row, grid.columns - 1, trained, trainedText(d), true);
  painter->restore();
}

void SampleDelegate::paintCell(QPainter& painter, const QRect& row, int column, const Image& picture,
                               const CellText& text, bool winner) const {
  const QRect place = grid.picture(row, column);
  QRect shown = place;
  painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
  if (picture.empty()) {
    painter.setPen(theme_.colour("muted"));
    painter.drawText(place, Qt::AlignCenter | Qt::TextWordWrap, QObject::tr("same as\nunperturbed"));
  } else {
    // An original may be larger than the network's input, and no square.
    const QSize own(picture.width, picture.height), fitted = own.scaled(place.size(), Qt::KeepAspectRatio);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, fitted.width() < own.width());
    shown.setSize(fitted);
    shown.moveCenter(place.center());
    painter.drawImage(shown, viewOf(picture));
  }
  if (winner) {
    painter.setPen(QPen(theme_.colour("accent"), kFrame, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(shown).adjusted(-1.5, -1.5, 1.5, 1.5));
  }
  const QRect caption = grid.caption(row, column);
  const auto line = [&](int i) {
    return QRect(caption.left(), caption.top() + i * grid.lineHeight, caption.width(), grid.lineHeight);
  };
  const auto write = [&](const QRect& where, const QString& words, const QColor& colour) {
    painter.setPen(colour);
    painter.drawText(where, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(words, Qt::ElideRight, where.width()));
  };
  const auto [above, below] = inTwoLines(text.first, painter.fontMetrics(), caption.width());
  write(line(0), above, theme_.colour("text"));
  write(line(below.isEmpty() ? 0 : 1), below, theme_.colour("text"));
  const int loss = text.first.isEmpty() ? 0 : below.isEmpty() ? 1 : 2;
  write(line(loss), text.second, theme_.colour("muted"));
  if (text.hasGain) {
    const int used = painter.fontMetrics().horizontalAdvance(text.second + QStringLiteral("  "));
    const QColor colour = theme_.colour(text.gain > 0 ? "good" : "muted");
    write(line(loss).adjusted(used, 0, 0, 0), signedText(text.gain, 2), colour);
  }
  write(line(loss + 1), text.mark, theme_.colour("warning"));
}

SampleDelegate::CellText SampleDelegate::originalText(const Decision& d) const {
  return {q(sampleText(d, classNames)), QObject::tr("step %1").arg(countText(d.step)), {}};
}

SampleDelegate::CellText SampleDelegate::groupText(const Decision& d, const GroupDecision& group) {
  CellText text{q(briefMoveText(d, group)), lossText(group.candidateLoss), {}};
  text.gain = group.candidateLoss - d.unperturbedLoss;
  text.hasGain = std::isfinite(text.gain);
  QStringList marks;
  if (group.inert) marks << QObject::tr("inert");
  if (group.clamped) marks << QObject::tr("clamped");
  text.mark = marks.join(QStringLiteral(", "));
  return text;
}

SampleDelegate::CellText SampleDelegate::trainedText(const Decision& d) {
  if (d.groups.empty()) return {q(chainText(d.plan)), {}, {}};
  if (d.winner < 0) return {QObject::tr("unperturbed"), lossText(d.unperturbedLoss), {}};
  const GroupDecision& group = d.groups[d.winner];
  CellText text{q(groupTitle(group.group)) + QStringLiteral("′"), lossText(group.candidateLoss), {}};
  text.gain = gainOf(d);
  text.hasGain = true;
  return text;
}

/// The column titles, above the rows and never scrolled away.
class SamplesView::Heading : public QWidget {
 public:
  explicit Heading(SamplesView* view) : QWidget(view), view_(view) {}

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const SampleGrid& grid = view_->grid();
    painter.fillRect(rect(), view_->theme_.colour("window"));
    painter.setPen(view_->theme_.colour("grid"));
    painter.drawLine(rect().bottomLeft(), rect().bottomRight());
    painter.setPen(view_->theme_.colour("muted"));
    const int left = -view_->horizontalScrollBar()->value();
    const QStringList titles = view_->titles();
    for (int i = 0; i < titles.size(); ++i)
      painter.drawText(QRect(left + kMargin + i * grid.columnWidth, 0, grid.columnWidth - kMargin, height()),
                       Qt::AlignLeft | Qt::AlignVCenter, titles[i]);
  }

 private:
  SamplesView* view_;
};

SamplesView::SamplesView(const Theme& theme, QWidget* parent)
    : QListView(parent),
      theme_(theme),
      delegate_(new SampleDelegate(theme, this)),
      heading_(new Heading(this)) {
  setObjectName("samples_list");
  setItemDelegate(delegate_);
  setUniformItemSizes(true);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  setVerticalScrollBarPolicy(
      Qt::ScrollBarAlwaysOn);  // so that the zoom does not depend on the number of rows
  setFrameShape(QFrame::NoFrame);
  setContextMenuPolicy(Qt::CustomContextMenu);
  setViewportMargins(0, kRowHeight, 0, 0);
  connect(horizontalScrollBar(), &QScrollBar::valueChanged, heading_, qOverload<>(&QWidget::update));
  refreshGrid();
}

QStringList SamplesView::titles() const {
  QStringList titles{tr("Original")};
  if (!groups_.empty()) titles << tr("Unperturbed");
  for (const std::string& group : groups_) titles << q(groupTitle(group)) + QStringLiteral("′");
  return titles << tr("Trained on");
}

void SamplesView::setColumns(const std::vector<std::string>& groups, int sourceSide,
                             std::vector<std::string> classNames) {
  groups_ = groups;
  sourceSide_ = sourceSide;
  delegate_->classNames = std::move(classNames);
  refreshGrid();
}

int SamplesView::columnAt(const QPoint& point) const {
  return std::clamp((point.x() + horizontalOffset() - kMargin) / grid().columnWidth, 0, grid().columns - 1);
}

const Decision* SamplesView::decisionAt(const QModelIndex& index) const {
  const auto* filter = qobject_cast<const QAbstractProxyModel*>(index.model());
  if (!filter) return nullptr;
  const QModelIndex source = filter->mapToSource(index);
  return source.isValid() ? &static_cast<const SamplesModel*>(filter->sourceModel())->at(source.row())
                          : nullptr;
}

QImage SamplesView::rowPicture(const QModelIndex& index) const {
  QStyleOptionViewItem option;
  option.initFrom(this);
  option.widget = this;
  option.rect = QRect(QPoint(), delegate_->sizeHint(option, index));
  QImage picture(option.rect.size(), QImage::Format_RGB32);
  picture.fill(theme_.colour("base"));
  QPainter painter(&picture);
  painter.setFont(font());
  delegate_->paint(&painter, option, index);
  return picture;
}

void SamplesView::resizeEvent(QResizeEvent* event) {
  QListView::resizeEvent(event);
  refreshGrid();
}

void SamplesView::refreshGrid() {
  heading_->setGeometry(0, 0, width(), kRowHeight);
  delegate_->grid =
      sampleGrid(viewport()->width(), static_cast<int>(groups_.size()), sourceSide_, fontMetrics().height());
  verticalScrollBar()->setSingleStep(delegate_->grid.rowHeight / 3);
  scheduleDelayedItemsLayout();
  heading_->update();
  viewport()->update();
}

}  // namespace uada
