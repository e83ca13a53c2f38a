#include "widgets/panels/policy/OpTotals.h"

#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/ops/Op.h"
#include "core/tables/Grid.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/session/Theme.h"

namespace uada {

int OpTotalsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int OpTotalsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

/// NaN: there is none.
double OpTotalsModel::number(const Row& row, int column) const {
  switch (column) {
    case kWins: return row.sums.value(PolicyQuantity::winShare);
    case kGain: return row.sums.value(PolicyQuantity::meanGain);
    default: return std::nan("");
  }
}

static QString textOf(double value, int column) {
  if (std::isnan(value)) return orDash({});
  return column == OpTotalsModel::kWins ? percentText(100 * value) : signedText(value, 4);
}

QVariant OpTotalsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const Row& row = rows_[static_cast<std::size_t>(index.row())];
  const int column = index.column();
  const double value = number(row, column);
  switch (role) {
    case Qt::DisplayRole: return column == kOp ? q(rowTitle(row.name)) : textOf(value, column);
    case Qt::TextAlignmentRole:
      return column == kOp ? QVariant() : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    case kNumberRole:
      if (column == kOp) return q(rowTitle(row.name));
      return std::isnan(value) ? -HUGE_VAL : value;
    case kBarRole: return std::isnan(value) || longest_[column] <= 0 ? 0.0 : value / longest_[column];
    case kSignedRole: return column == kGain;
    case kNameRole: return q(row.name);
    case Qt::ToolTipRole:
      return tr("Drawn %1 times; %2 of %3 probes won")
          .arg(countText(std::llround(row.sums.count)), countText(std::llround(row.sums.wins)),
               countText(std::llround(row.sums.probed)));
    default: return {};
  }
}

QVariant OpTotalsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  static const char* const titles[kColumns] = {QT_TR_NOOP("Op"), QT_TR_NOOP("Wins"), QT_TR_NOOP("Gain")};
  static const char* const helps[kColumns] = {
      QT_TR_NOOP("The op's name"),
      QT_TR_NOOP("Of the samples where it was probed, the share trained on its candidate"),
      QT_TR_NOOP("Loss of its candidate minus loss of the unperturbed plan, mean among the probed")};
  if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) return {};
  const bool isOfGroups = section == kOp && !rows_.empty() && isGroupRow(rows_.front().name);
  if (role == Qt::DisplayRole) return isOfGroups ? tr("Group") : tr(titles[section]);
  if (role == Qt::ToolTipRole) return isOfGroups ? tr("What the candidate moves") : tr(helps[section]);
  if (role == Qt::TextAlignmentRole)
    return QVariant((section == kOp ? Qt::AlignLeft : Qt::AlignHCenter) | Qt::AlignVCenter);
  return {};
}

void OpTotalsModel::show(const PolicyBins& bins, int first, int last) {
  beginResetModel();
  rows_.clear();
  std::ranges::fill(longest_, 0.0);
  for (const std::string& name : bins.rows()) {
    Row row{name, bins.total(name, first, last)};
    if (row.sums.count <= 0) continue;
    for (int column = kWins; column < kColumns; ++column)
      longest_[column] = std::fmax(longest_[column], std::abs(number(row, column)));  // passes over NaN
    rows_.push_back(std::move(row));
  }
  endResetModel();
}

static void paintBar(QPainter& painter, const QRectF& place, const QModelIndex& index, const Theme& theme) {
  const double bar = index.data(OpTotalsModel::kBarRole).toDouble();
  if (bar == 0) return;
  const QRectF cell = place.adjusted(4, 3, -4, -3);
  const bool isSigned = index.data(OpTotalsModel::kSignedRole).toBool();
  const double zero = isSigned ? cell.center().x() : cell.left();
  const double length = std::abs(bar) * (isSigned ? cell.width() / 2 : cell.width());
  QColor colour = theme.colour(bar < 0 ? "muted" : "accent");
  colour.setAlphaF(0.3F);
  painter.fillRect(QRectF(bar < 0 ? zero - length : zero, cell.top(), length, cell.height()), colour);
}

void BarDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const {
  paintBar(*painter, option.rect, index, theme_);
  QStyledItemDelegate::paint(painter, option, index);
}

OpTotals::OpTotals(const Theme& theme, QWidget* parent)
    : QWidget(parent),
      sorted_(new QSortFilterProxyModel(this)),
      table_(new QTableView(this)),
      span_(new QLabel(this)) {
  sorted_->setSourceModel(&model_);
  sorted_->setSortRole(OpTotalsModel::kNumberRole);
  table_->setObjectName("op_totals");
  table_->setAccessibleName(tr("What each op did over these steps"));
  table_->setModel(sorted_);
  table_->setSortingEnabled(true);
  table_->sortByColumn(OpTotalsModel::kOp, Qt::AscendingOrder);
  table_->setItemDelegate(new BarDelegate(theme, table_));
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setShowGrid(false);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  constexpr int kNumberWidth = 8 * kGrid;
  table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table_->horizontalHeader()->setSectionResizeMode(OpTotalsModel::kOp, QHeaderView::Stretch);
  for (const int column : {OpTotalsModel::kWins, OpTotalsModel::kGain})
    table_->setColumnWidth(column, kNumberWidth);
  setMinimumWidth(3 * kNumberWidth + 3 * kGrid);
  span_->setObjectName("op_totals_span");
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kGrid, kGrid / 2, kGrid, 0);
  layout->setSpacing(kGrid / 2);
  layout->addWidget(span_);
  layout->addWidget(table_, 1);
  connect(table_->horizontalHeader(), &QHeaderView::sectionClicked, this, [this] { isSorted_ = true; });
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& index) {
            if (index.isValid()) Q_EMIT chosen(index.data(OpTotalsModel::kNameRole).toString());
          });
}

void OpTotals::show(const PolicyBins& bins, std::int64_t first, std::int64_t last) {
  if (bins.isEmpty()) return;
  const std::int64_t end = bins.lastStep();
  first = std::clamp<std::int64_t>(first, 1, end);
  last = std::clamp<std::int64_t>(last, first, end);
  const int from = bins.columnOf(first), to = bins.columnOf(last);
  const QSignalBlocker quiet(table_->selectionModel());
  model_.show(bins, from, to);
  if (!isSorted_ && !bins.groups().empty()) {
    isSorted_ = true;
    table_->sortByColumn(OpTotalsModel::kGain, Qt::DescendingOrder);
  }
  begin_ = from * bins.stepsPerColumn() + 1;  // what is counted, which is whole columns
  end_ = std::min(end, (to + 1) * bins.stepsPerColumn());
  span_->setText(
      begin_ == 1 && end_ == end
          ? tr("Over the whole run, %1 steps").arg(countText(end))
          : tr("Over steps %1 to %2, as the strip is zoomed").arg(countText(begin_), countText(end_)));
}

/// The table as it stands, with all its rows.
void OpTotals::draw(QPainter& painter, QSize size) const {
  const Theme paper(Theme::Kind::light);
  const int rows = sorted_->rowCount(), numberWidth = 18 * kGrid;
  const double scale = std::min({1.0, static_cast<double>(size.height()) / ((rows + 2) * kRowHeight),
                                 static_cast<double>(size.width()) / (4 * numberWidth)});
  const QSize room = (QSizeF(size) / scale).toSize();
  painter.scale(scale, scale);
  painter.fillRect(QRect({}, room), paper.colour("base"));
  painter.setFont(font());
  painter.setPen(paper.colour("muted"));
  painter.drawText(QRect(kGrid, 0, room.width(), kRowHeight), Qt::AlignVCenter, span_->text());
  const int numbers = (room.width() - kGrid) / 2, names = room.width() - numbers - kGrid;
  for (int row = -1; row < rows; ++row)
    for (int column = 0; column < OpTotalsModel::kColumns; ++column) {
      const bool isName = column == OpTotalsModel::kOp;
      const QRect cell(isName ? kGrid : names + (column - 1) * numbers / 2, (row + 2) * kRowHeight,
                       isName ? names - kGrid : numbers / 2, kRowHeight);
      const auto alignment = Qt::AlignVCenter | (isName ? Qt::AlignLeft : Qt::AlignRight);
      painter.setPen(paper.colour(row < 0 ? "muted" : "text"));
      const QModelIndex index = sorted_->index(std::max(0, row), column);
      if (row >= 0) paintBar(painter, cell, index, paper);
      painter.drawText(cell.adjusted(0, 0, -kGrid, 0), alignment,
                       row < 0 ? model_.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString()
                               : index.data().toString());
    }
}

QByteArray OpTotals::numbers() const {
  std::string text = csvLine({"op", "first step", "last step", "drawn", "probed", "won", "wins", "gain"});
  for (int row = 0; row < sorted_->rowCount(); ++row) {
    const auto place = static_cast<std::size_t>(sorted_->mapToSource(sorted_->index(row, 0)).row());
    const auto& [name, sums] = model_.rows()[place];
    text += csvLine({csvText(rowTitle(name)), std::to_string(begin_), std::to_string(end_),
                     csvNumber(sums.count), csvNumber(sums.probed), csvNumber(sums.wins),
                     csvNumber(sums.value(PolicyQuantity::winShare)),
                     csvNumber(sums.value(PolicyQuantity::meanGain))});
  }
  return QByteArray::fromStdString(text);
}

}  // namespace uada
