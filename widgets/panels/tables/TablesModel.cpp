#include "widgets/panels/tables/TablesModel.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kMostDots = 5;  // more seeds are a number

QFont scaled(QFont font, double factor, bool bold = false) {
  font.setPointSizeF(font.pointSizeF() * factor);
  font.setBold(bold);
  return font;
}

}  // namespace

int outsidePaper(const Cell& cell) {
  const std::optional<Interval> interval = meanInterval(cell.values);
  if (!interval || !cell.paper) return 0;
  if (*cell.paper < interval->low) return 1;
  return *cell.paper > interval->high ? -1 : 0;
}

QString noiseMark(const Cell& cell, const Cell& baseline) {
  const std::optional<Difference> d = difference(cell.values, baseline.values);
  if (!d || !d->interval || (d->interval->low <= 0 && d->interval->high >= 0)) return {};
  return d->mean > 0 ? QStringLiteral("▲") : QStringLiteral("▼");
}

Table measuredFirst(const Table& table) {
  std::vector<std::size_t> order, rest;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    const bool isMeasured =
        std::ranges::any_of(table.cells, [&](const auto& row) { return row[column].isMeasured(); });
    (isMeasured ? order : rest).push_back(column);
  }
  order.insert(order.end(), rest.begin(), rest.end());
  Table sorted = table;
  for (std::size_t column = 0; column < order.size(); ++column) {
    sorted.columns[column] = table.columns[order[column]];
    for (std::size_t row = 0; row < table.cells.size(); ++row)
      sorted.cells[row][column] = table.cells[row][order[column]];
  }
  return sorted;
}

void TablesModel::setTable(Table table, int baselineRow) {
  beginResetModel();
  table_ = std::move(table);
  baselineRow_ = baselineRow;
  endResetModel();
}

const Cell* TablesModel::baselineOf(const QModelIndex& index) const {
  if (baselineRow_ < 0 || baselineRow_ >= rowCount() || index.row() == baselineRow_) return nullptr;
  return &table_.cells[baselineRow_][index.column()];
}

QString TablesModel::markText(const QModelIndex& index) const {
  const Cell* baseline = baselineOf(index);
  return baseline ? noiseMark(cellAt(index), *baseline) : QString();
}

int TablesModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(table_.rows.size());
}

int TablesModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(table_.columns.size());
}

QString TablesModel::number(double value) const { return QString::number(value, 'f', 2); }

QString TablesModel::measuredText(const Cell& cell) const {
  const std::optional<double> mean = cell.mean(), spread = cell.spread();
  QStringList parts;
  if (mean && spread)
    parts << QStringLiteral("%1 ± %2").arg(number(*mean), number(*spread));
  else if (mean)
    parts << number(*mean);
  if (!cell.diverged.empty()) parts << QObject::tr("%1 diverged").arg(cell.diverged.size());
  return parts.join(QStringLiteral(", "));
}

QString TablesModel::paperText(const Cell& cell) const {
  if (!cell.paper) return {};
  return QObject::tr("paper %1%2")
      .arg(number(*cell.paper), outsidePaper(cell) ? QStringLiteral(" ≠") : QString());
}

QVariant TablesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Cell& cell = cellAt(index);
  if (role == Qt::DisplayRole) return measuredText(cell);
  if (role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
  const QString measured = !cell.isMeasured()
                               ? QObject::tr("Not measured")
                               : QObject::tr("%1, n = %2").arg(measuredText(cell)).arg(cell.values.size());
  return QStringLiteral("%1 / %2\n%3\n%4")
      .arg(q(table_.rows[index.row()]), q(table_.columns[index.column()]), measured, paperText(cell))
      .trimmed();
}

QVariant TablesModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (role != Qt::DisplayRole) return {};
  const auto& names = orientation == Qt::Horizontal ? table_.columns : table_.rows;
  return section < static_cast<int>(names.size()) ? q(names[section]) : QString();
}

QSize TableCellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const QFontMetrics metrics(scaled(option.font, 1.1, true));
  const int width = metrics.horizontalAdvance(model_.measuredText(model_.cellAt(index))) + 9 * kGrid;
  return {std::max(width, 15 * kGrid), 2 * kRowHeight};
}

void TableCellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const {
  const Cell& cell = model_.cellAt(index);
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  if (option.state & QStyle::State_Selected) {
    QColor tint = theme_.colour("accent");
    tint.setAlpha(40);
    painter->fillRect(option.rect, tint);
  }
  painter->setPen(theme_.colour("grid"));
  painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
  const QRect inside = option.rect.adjusted(kGrid, kGrid / 2, -kGrid, -kGrid / 2);
  const QRect upper(inside.left(), inside.top(), inside.width(), inside.height() * 11 / 20);
  const QRect lower(inside.left(), upper.bottom(), inside.width(), inside.bottom() - upper.bottom());
  painter->setFont(option.font);
  if (showMeasured) paintMeasured(*painter, upper, index);
  if (showPaper && cell.paper) {
    painter->setFont(scaled(option.font, 0.85));
    painter->setPen(theme_.colour("muted"));
    painter->drawText(lower, Qt::AlignRight | Qt::AlignVCenter, model_.paperText(cell));
  }
  painter->restore();
}

void TableCellDelegate::paintMeasured(QPainter& painter, const QRect& line, const QModelIndex& index) const {
  const Cell& cell = model_.cellAt(index);
  if (!cell.isMeasured()) {
    painter.setPen(theme_.colour("muted"));
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, orDash({}));
    return;
  }
  const QFont plain = painter.font();
  painter.setFont(scaled(plain, 1.1, true));
  painter.setPen(theme_.colour("text"));
  painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, model_.measuredText(cell));
  painter.setFont(scaled(plain, 0.85));
  // Mark and dots stand at the left edge, so that the numbers stay aligned.
  painter.setPen(theme_.colour("accent"));
  painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, model_.markText(index));
  const int n = static_cast<int>(cell.values.size());
  const int left = line.left() + 2 * kGrid;
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme_.colour("muted"));
  const double middle = line.center().y() + 1.0;
  for (int i = 0; i < std::min(n, kMostDots); ++i) painter.drawEllipse(QPointF(left + 6 * i, middle), 2, 2);
  if (n <= kMostDots) return;
  painter.setPen(theme_.colour("muted"));
  painter.drawText(QRect(left + 6 * kMostDots, line.top(), 5 * kGrid, line.height()),
                   Qt::AlignLeft | Qt::AlignVCenter, QString::number(n));
}

}  // namespace uada
