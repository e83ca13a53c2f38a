#include "widgets/panels/runs/RunNames.h"

#include <QApplication>
#include <QStyle>
#include <algorithm>

#include "widgets/panels/runs/RunsModel.h"

namespace uada {

QString fittedName(const QString& name, qsizetype front, const QFontMetrics& metrics, int width) {
  if (metrics.horizontalAdvance(name) <= width) return name;
  const QString rest = name.mid(front);
  const int room = width - metrics.horizontalAdvance(rest);
  const int least = metrics.horizontalAdvance(QStringLiteral("…-"));
  if (room > least) return metrics.elidedText(name.left(front), Qt::ElideLeft, room) + rest;
  // "UADA (policy aut… · s1": what is said of the method before the seed stands for more than its end.
  const qsizetype end = rest.lastIndexOf(QStringLiteral(" · "));
  const QString tail = end < 0 ? QString() : rest.mid(end);
  const int left = width - metrics.horizontalAdvance(tail);
  if (end < 0 || left < 2 * metrics.horizontalAdvance(QStringLiteral("UADA")))
    return metrics.elidedText(rest, end < 0 ? Qt::ElideMiddle : Qt::ElideRight, width);
  return metrics.elidedText(rest.left(end), Qt::ElideRight, left) + tail;
}

void RunNameDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  const QStyle& style = option->widget ? *option->widget->style() : *QApplication::style();
  const QRect place = style.subElementRect(QStyle::SE_ItemViewItemText, option, option->widget);
  // As the style leaves a margin on both sides of a text.
  const int margin = style.pixelMetric(QStyle::PM_FocusFrameHMargin, option, option->widget) + 1;
  const int width = std::max(0, place.width() - 2 * margin);
  option->text =
      fittedName(option->text, index.data(RunsModel::kFrontRole).toLongLong(), option->fontMetrics, width);
}

}  // namespace uada
