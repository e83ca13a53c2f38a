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
constexpr int kMostLines = 7;
constexpr int kMeasuredRows = 250;  // a page; of more rows the captions are as those of the first
// Where a row has two pictures alone they would fill the width and leave room for two rows.
constexpr int kLoneSide = 160, kLoneColumn = 280;

}  // namespace

QRect SampleGrid::picture(const QRect& row, int column) const {
  return {row.left() + kMargin + column * columnWidth, row.top() + kMargin, side, side};
}

QRect SampleGrid::caption(const QRect& row, int column) const {
  const QRect above = picture(row, column);
  return {above.left(), above.bottom() + 1 + kFrame + 1, columnWidth - kMargin, textLines * lineHeight};
}

QStringList inLines(const QString& text, const QFontMetrics& metrics, int width, int most) {
  QStringList lines;
  QString rest = text;
  while (!rest.isEmpty() && static_cast<int>(lines.size()) < most) {
    if (metrics.horizontalAdvance(rest) <= width) return lines << rest;
    qsizetype end = rest.size();
    while (end > 0 && metrics.horizontalAdvance(rest.left(end)) > width)
      end = end > 1 ? rest.lastIndexOf(' ', end - 1) : 0;
    if (end <= 0) end = rest.contains(' ') ? rest.indexOf(' ') : rest.size();
    const bool isLast = static_cast<int>(lines.size()) + 1 == most;
    lines << metrics.elidedText(isLast ? rest : rest.left(end), Qt::ElideRight, width);
    rest = rest.mid(end + 1);
  }
  return lines;
}

SampleGrid sampleGrid(int width, int groups, int sourceSide, int lineHeight, int zoom) {
  SampleGrid grid;
  grid.columns = groups + (groups > 0 ? 3 : 2);
  grid.columnWidth = std::max(96, (width - kMargin) / grid.columns);
  const int most = groups > 0 ? grid.columnWidth - 2 * kMargin : std::min(kLoneSide, grid.columnWidth);
  grid.zoom = zoom > 0 ? zoom : std::clamp(most / std::max(1, sourceSide), 1, kMostZoom);
  grid.side = grid.zoom * sourceSide;
  if (zoom == 0) grid.side = std::min(grid.side, grid.columnWidth - 2 * kMargin);
  if (groups == 0) grid.columnWidth = std::min(grid.columnWidth, std::max(kLoneColumn, grid.side));
  grid.columnWidth = std::max(grid.columnWidth, grid.side + 2 * kMargin);
  grid.lineHeight = lineHeight;
  grid.rowHeight = kMargin + grid.side + kFrame + 1 + grid.textLines * lineHeight + kMargin;
  return grid;
}

SampleDelegate::SampleDelegate(const Theme& theme, QObject* parent)
    : QStyledItemDelegate(parent), theme_(theme) {}

QSize SampleDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
  return {grid.columns * grid.columnWidth + kMargin, grid.rowHeight};
}

std::vector<SampleDelegate::CellText> SampleDelegate::textsOf(const Decision& d) const {
  std::vector<CellText> texts{originalText(d)};
  if (!d.groups.empty())
    texts.push_back({q(chainText(d.plan)), QObject::tr("loss %1").arg(lossText(d.unperturbedLoss)), {}});
  for (const GroupDecision& group : d.groups) texts.push_back(groupText(d, group));
  texts.push_back(trainedText(d));
  return texts;
}

int SampleDelegate::linesOf(const Decision& decision, const QFontMetrics& metrics) const {
  int most = 0;
  for (const CellText& text : textsOf(decision)) {
    const auto lines = inLines(text.first, metrics, grid.columnWidth - kMargin, kMostLines - 2).size();
    most = std::max(most, static_cast<int>(lines) + !text.second.isEmpty() + !text.mark.isEmpty());
  }
  return most;
}

void SampleDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                           const QModelIndex& index) const {
  const auto* view = static_cast<const SamplesView*>(option.widget ? option.widget : parent());
  const SampleRow* shown = view->rowAt(index);
  if (!shown) return;
  const Decision& d = shown->decision;
  const QRect& row = option.rect;
  painter->save();
  if (option.state & QStyle::State_Selected) {
    QColor tint = theme_.colour("accent");
    tint.setAlpha(28);
    painter->fillRect(row, tint);
  }
  painter->setPen(theme_.colour("grid"));
  painter->drawLine(row.bottomLeft(), row.bottomRight());
  if (shown->isThere) {
    std::vector<CellText> texts = textsOf(d);
    texts.front().mark = shown->note;
    const int groups = static_cast<int>(d.groups.size());
    paintCell(*painter, row, 0, d.original, texts[0], false);
    if (groups > 0) paintCell(*painter, row, 1, d.unperturbed, texts[1], d.winner < 0);
    for (int i = 0; i < groups && i + 2 < grid.columns; ++i)
      paintCell(*painter, row, i + 2, d.groups[i].picture, texts[i + 2], i == d.winner);
    const Image& trained = d.winner < 0 || d.winner >= groups ? d.unperturbed : d.groups[d.winner].picture;
    paintCell(*painter, row, grid.columns - 1, trained, texts.back(), true);
  } else {
    painter->setPen(theme_.colour("muted"));
    painter->drawText(row.adjusted(kMargin, 0, -kMargin, 0),
                      Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, shown->note);
  }
  painter->restore();
}

void SampleDelegate::paintCell(QPainter& painter, const QRect& row, int column, const Image& picture,
                               const CellText& text, bool winner) const {
  paintPicture(painter, grid.picture(row, column), picture, winner);
  paintCaption(painter, grid.caption(row, column), text);
}

void SampleDelegate::paintPicture(QPainter& painter, const QRect& place, const Image& picture,
                                  bool winner) const {
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
  if (!winner) return;
  painter.setPen(QPen(theme_.colour("accent"), kFrame, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(QRectF(shown).adjusted(-1.5, -1.5, 1.5, 1.5));
}

void SampleDelegate::paintCaption(QPainter& painter, const QRect& caption, const CellText& text) const {
  const QFontMetrics metrics = painter.fontMetrics();
  int line = 0;
  const auto write = [&](const QString& words, const QString& colour, int from = 0) {
    const QRect where(caption.left() + from, caption.top() + line * grid.lineHeight, caption.width() - from,
                      grid.lineHeight);
    painter.setPen(theme_.colour(colour));
    painter.drawText(where, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(words, Qt::ElideRight, where.width()));
  };
  const int room = grid.textLines - !text.second.isEmpty() - !text.mark.isEmpty();
  for (const QString& words : inLines(text.first, metrics, caption.width(), std::max(1, room))) {
    write(words, "text");
    ++line;
  }
  write(text.second, "muted");
  if (text.hasGain)
    write(signedText(text.gain, 2), text.gain > 0 ? "good" : "muted",
          metrics.horizontalAdvance(text.second + QStringLiteral("  ")));
  line += !text.second.isEmpty();
  write(text.mark, "warning");
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

const SampleRow* SamplesView::rowAt(const QModelIndex& index) const {
  const auto* filter = qobject_cast<const QAbstractProxyModel*>(index.model());
  if (!filter) return nullptr;
  const QModelIndex source = filter->mapToSource(index);
  return source.isValid() ? &static_cast<const SamplesModel*>(filter->sourceModel())->row(source.row())
                          : nullptr;
}

const Decision* SamplesView::decisionAt(const QModelIndex& index) const {
  const SampleRow* row = rowAt(index);
  return row && row->isThere ? &row->decision : nullptr;
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
  Q_EMIT resized();
}

void SamplesView::setZoom(int zoom) {
  if (zoom == zoom_) return;
  zoom_ = zoom;
  refreshGrid();
}

int SamplesView::fittingZoom() const {
  return sampleGrid(viewport()->width(), static_cast<int>(groups_.size()), sourceSide_, 1).zoom;
}

int SamplesView::neededLines() const {
  int most = 1;
  if (const auto* rows = model())
    for (int row = 0; row < std::min(rows->rowCount(), kMeasuredRows); ++row)
      if (const Decision* decision = decisionAt(rows->index(row, 0)))
        most = std::max(most, delegate_->linesOf(*decision, fontMetrics()));
  return std::min(most, kMostLines);
}

void SamplesView::setLines(int lines) {
  if (lines == lines_) return;
  lines_ = lines;
  refreshGrid();
}

void SamplesView::refreshGrid() {
  heading_->setGeometry(0, 0, width(), kRowHeight);
  SampleGrid grid = sampleGrid(viewport()->width(), static_cast<int>(groups_.size()), sourceSide_,
                               fontMetrics().height(), zoom_);
  grid.rowHeight += (lines_ - grid.textLines) * grid.lineHeight;
  grid.textLines = lines_;
  delegate_->grid = grid;
  verticalScrollBar()->setSingleStep(std::max(1, grid.rowHeight / 3));
  scheduleDelayedItemsLayout();
  heading_->update();
  viewport()->update();
}

}  // namespace uada
