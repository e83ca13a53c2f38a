#include "widgets/panels/tables/TablesModel.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/panels/tables/CellDetails.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kMostDots = 5;  // more seeds are a number
constexpr double kError = 0.05;

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

int betterThanReference(const Table& table, std::size_t row, std::size_t column) {
  const Cell& cell = table.cells[row][column];
  const Better better = table.betterOf(column);
  if (!cell.comparison || cell.comparison->adjusted.value_or(1) >= kError || better == Better::neither)
    return 0;
  const bool isHigher = cell.comparison->difference.mean > 0;
  return isHigher == (better == Better::higher) ? 1 : -1;
}

void TablesModel::setTable(std::shared_ptr<const Table> table) {
  beginResetModel();
  table_ = std::move(table);
  endResetModel();
}

void TablesModel::setMarked(qint64 run) {
  marked_ = run;
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

bool TablesModel::isMarked(const QModelIndex& index) const {
  const auto& runs = cellAt(index).runs;
  return marked_ != 0 && std::ranges::find(runs, marked_) != runs.end();
}

QString TablesModel::markText(const QModelIndex& index) const {
  const int better = betterThanReference(*table_, static_cast<std::size_t>(index.row()),
                                         static_cast<std::size_t>(index.column()));
  return better == 0 ? QString() : better > 0 ? QStringLiteral("▲") : QStringLiteral("▼");
}

int TablesModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(table_->rows.size());
}

int TablesModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(table_->columns.size());
}

QString TablesModel::measuredText(const QModelIndex& index) const {
  const Cell& cell = cellAt(index);
  const std::optional<double> mean = cell.mean(), spread = cell.spread();
  const auto number = [digits = table_->measuredDigits(static_cast<std::size_t>(index.column()))](
                          double value) { return QString::number(value, 'f', digits); };
  QStringList parts;
  if (mean && spread)
    parts << QStringLiteral("%1 ± %2").arg(number(*mean), number(*spread));
  else if (mean)
    parts << number(*mean);
  if (!cell.diverged.empty()) parts << QObject::tr("%1 diverged").arg(cell.diverged.size());
  return parts.join(QStringLiteral(", "));
}

QString TablesModel::paperText(const QModelIndex& index) const {
  const Cell& cell = cellAt(index);
  if (!cell.paper) return {};
  const int digits = table_->digitsOf(static_cast<std::size_t>(index.column()));
  return QObject::tr("paper %1%2")
      .arg(QString::number(*cell.paper, 'f', digits), outsidePaper(cell) ? QStringLiteral(" ≠") : QString());
}

QString TablesModel::lowerText(const QModelIndex& index) const {
  const Cell& cell = cellAt(index);
  return cell.mixture ? q(mixtureText(*cell.mixture)) : paperText(index);
}

QVariant TablesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Cell& cell = cellAt(index);
  if (role == Qt::DisplayRole) return measuredText(index);
  if (role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
  const auto row = static_cast<std::size_t>(index.row()), column = static_cast<std::size_t>(index.column());
  const QString measured =
      cell.isMeasured() ? cellSummary(*table_, row, column) : QObject::tr("Not measured");
  const QString source = cell.paper ? q(table_->source(row)) : QString();
  const QString cited = source.isEmpty() ? QString() : QObject::tr(", cited from %1").arg(source);
  const QString marked = isMarked(index) ? QObject::tr("\nThe selected run counts here") : QString();
  return QStringLiteral("%1 / %2\n%3\n%4%5%6")
      .arg(q(table_->rows[row]), q(table_->columns[column]), measured, paperText(index), cited, marked)
      .trimmed();
}

QVariant TablesModel::headerData(int section, Qt::Orientation orientation, int role) const {
  const bool isColumn = orientation == Qt::Horizontal;
  const auto& names = isColumn ? table_->columns : table_->rows;
  if (section < 0 || section >= static_cast<int>(names.size())) return {};
  const auto place = static_cast<std::size_t>(section);
  const QString source = isColumn ? QString() : q(table_->source(place));
  if (role == Qt::ToolTipRole)
    return source.isEmpty() ? q(names[place])
                            : QObject::tr("%1: the paper cites %2").arg(q(names[place]), source);
  if (role != Qt::DisplayRole) return {};
  return source.isEmpty() ? q(names[place]) : q(names[place]) + QStringLiteral(" †");
}

QSize TableCellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const QFontMetrics large(scaled(option.font, 1.1, true)), small(scaled(option.font, 0.85));
  const int measured = large.horizontalAdvance(model_.measuredText(index)) + 9 * kGrid;
  const int lower = small.horizontalAdvance(model_.lowerText(index)) + 3 * kGrid;
  return {std::max({measured, lower, 11 * kGrid}), kRowHeight};
}

void TableCellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const {
  const Cell& cell = model_.cellAt(index);
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  QColor tint = theme_.colour("accent");
  if (model_.isMarked(index))
    painter->fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), tint);
  tint.setAlpha(option.state & QStyle::State_Selected ? 40 : 20);
  if (option.state & QStyle::State_Selected || model_.isMarked(index)) painter->fillRect(option.rect, tint);
  painter->setPen(theme_.colour("grid"));
  painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
  // The upper line stands where the row's name does, which is aligned to the top of its section.
  const QRect inside = option.rect.adjusted(kGrid, kGrid / 2, -kGrid, -kGrid / 2);
  const QRect upper(inside.left(), inside.top(), inside.width(), kRowHeight - kGrid);
  const QRect lower(inside.left(), upper.bottom(), inside.width(), inside.bottom() - upper.bottom());
  painter->setFont(option.font);
  const bool isMeasured = showMeasured && cell.isMeasured(), isPaper = showPaper && cell.paper;
  const bool isMixed = isMeasured && cell.mixture;
  if (isMeasured) paintMeasured(*painter, upper, index);
  painter->setPen(theme_.colour(isMixed ? "bad" : "muted"));
  if (!isMeasured && !isPaper) painter->drawText(upper, Qt::AlignRight | Qt::AlignVCenter, orDash({}));
  painter->setFont(scaled(option.font, 0.85));
  const QString small =
      QFontMetrics(painter->font()).elidedText(model_.lowerText(index), Qt::ElideRight, lower.width());
  if (isPaper || isMixed)
    painter->drawText(isMeasured ? lower : upper, Qt::AlignRight | Qt::AlignVCenter, small);
  painter->restore();
}

void TableCellDelegate::paintMeasured(QPainter& painter, const QRect& line, const QModelIndex& index) const {
  const Cell& cell = model_.cellAt(index);
  const QFont plain = painter.font();
  const QString text = model_.measuredText(index);
  painter.setFont(scaled(plain, 1.1, cell.isBest));
  painter.setPen(theme_.colour("text"));
  painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, text);
  const int room = line.width() - painter.fontMetrics().horizontalAdvance(text);
  painter.setFont(scaled(plain, 0.85));
  // Mark and dots stand at the left edge, so that the numbers stay aligned.
  const QString mark = model_.markText(index);
  painter.setPen(theme_.colour(mark == QStringLiteral("▲") ? "good" : "bad"));
  painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, mark);
  if (room >= 7 * kGrid) paintSeeds(painter, line, cell);  // not through the number
}

void TableCellDelegate::paintSeeds(QPainter& painter, const QRect& line, const Cell& cell) const {
  const int n = static_cast<int>(cell.values.size()), left = line.left() + 2 * kGrid;
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
