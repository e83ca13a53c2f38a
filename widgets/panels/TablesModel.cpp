#include "widgets/panels/TablesModel.h"

#include <QPainter>
#include <array>
#include <cmath>

#include "widgets/models/Numbers.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kMostDots = 5;  // more seeds are a number

QString q(const std::string& text) { return QString::fromStdString(text); }

/// Two-sided 95 % quantile of Student's t (table of any statistics book; beyond 30 degrees the normal one is
/// within 2 %).
double quantileT(std::size_t degrees) {
  static constexpr std::array<double, 30> kTable{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                                                 2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
                                                 2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
                                                 2.060,  2.056, 2.052, 2.048, 2.045, 2.042};
  return degrees <= kTable.size() ? kTable[degrees - 1] : 1.96;
}

QFont scaled(QFont font, double factor, bool bold = false) {
  font.setPointSizeF(font.pointSizeF() * factor);
  font.setBold(bold);
  return font;
}

}  // namespace

std::optional<Interval> interval95(const std::vector<double>& values) {
  const Cell cell{values, {}, {}};
  const std::optional<double> mean = cell.mean(), spread = cell.spread();
  if (!mean || !spread) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  const double half = quantileT(values.size() - 1) * *spread / std::sqrt(n);
  return Interval{*mean - half, *mean + half};
}

int outsideNoise(const Cell& cell) {
  const std::optional<Interval> interval = interval95(cell.values);
  if (!interval || !cell.paper) return 0;
  if (*cell.paper < interval->low) return 1;
  return *cell.paper > interval->high ? -1 : 0;
}

void TablesModel::setTable(Table table) {
  beginResetModel();
  table_ = std::move(table);
  endResetModel();
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
  if (!mean) return {};
  return spread ? QStringLiteral("%1 ± %2").arg(number(*mean), number(*spread)) : number(*mean);
}

QString TablesModel::paperText(const Cell& cell) const {
  return cell.paper ? QObject::tr("paper %1").arg(number(*cell.paper)) : QString();
}

QVariant TablesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Cell& cell = cellAt(index);
  if (role == Qt::DisplayRole) return measuredText(cell);
  if (role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
  const QString measured = cell.values.empty()
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
  if (showMeasured) paintMeasured(*painter, upper, cell);
  if (showPaper && cell.paper) {
    painter->setFont(scaled(option.font, 0.85));
    painter->setPen(theme_.colour("muted"));
    painter->drawText(lower, Qt::AlignRight | Qt::AlignVCenter, model_.paperText(cell));
  }
  painter->restore();
}

void TableCellDelegate::paintMeasured(QPainter& painter, const QRect& line, const Cell& cell) const {
  if (cell.values.empty()) {
    painter.setPen(theme_.colour("muted"));
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, orDash({}));
    return;
  }
  const QFont plain = painter.font();
  painter.setFont(scaled(plain, 1.1, true));
  painter.setPen(theme_.colour("text"));
  const QString text = model_.measuredText(cell);
  painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, text);
  painter.setFont(scaled(plain, 0.85));
  // The dots stand at the left edge, so that the numbers stay aligned.
  const int n = static_cast<int>(cell.values.size());
  painter.setBrush(theme_.colour("muted"));
  painter.setPen(Qt::NoPen);
  const double middle = line.center().y() + 1.0;
  for (int i = 0; i < std::min(n, kMostDots); ++i)
    painter.drawEllipse(QPointF(line.left() + 2 + 6 * i, middle), 2, 2);
  if (n > kMostDots) {
    painter.setPen(theme_.colour("muted"));
    painter.drawText(QRect(line.left() + 6 * kMostDots, line.top(), 5 * kGrid, line.height()),
                     Qt::AlignLeft | Qt::AlignVCenter, QString::number(n));
  }
  const int noise = outsideNoise(cell);
  if (noise == 0 || !showPaper) return;
  painter.setPen(theme_.colour(noise > 0 ? "good" : "warning"));
  painter.drawText(line.translated(0, line.height() - 2), Qt::AlignLeft | Qt::AlignVCenter,
                   noise > 0 ? QStringLiteral("▲") : QStringLiteral("▼"));
}

}  // namespace uada
