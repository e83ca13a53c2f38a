#include "widgets/panels/runs/RunNames.h"

#include <QApplication>
#include <QStyle>
#include <algorithm>

#include "widgets/panels/runs/RunsModel.h"

namespace uada {

/// "UADA (policy aut… · s1": what is said of the method before the seed stands for more than its end.
static QString fittedMethod(const QString& name, const QFontMetrics& metrics, int width) {
  const qsizetype end = name.lastIndexOf(QStringLiteral(" · "));
  const QString tail = end < 0 ? QString() : name.mid(end);
  const int left = width - metrics.horizontalAdvance(tail);
  if (end < 0 || left < 2 * metrics.horizontalAdvance(QStringLiteral("UADA")))
    return metrics.elidedText(name, end < 0 ? Qt::ElideMiddle : Qt::ElideRight, width);
  return metrics.elidedText(name.left(end), Qt::ElideRight, left) + tail;
}

QString fittedName(const QString& name, qsizetype front, const QFontMetrics& metrics, int width,
                   const QString& brief) {
  if (metrics.horizontalAdvance(name) <= width) return name;
  const QString recipe = name.left(front), rest = name.mid(front);
  const int wide = metrics.horizontalAdvance(recipe), room = width - metrics.horizontalAdvance(rest);
  const bool isByWhatDiffers = rest.contains(QStringLiteral(" · "));
  if (isByWhatDiffers && wide <= 2 * width / 3) return recipe + fittedMethod(rest, metrics, width - wide);
  if (!brief.isEmpty()) {
    const QString colon = QStringLiteral(": ");
    const int most = width / 2 - metrics.horizontalAdvance(colon);
    const QString kept = metrics.elidedText(brief, Qt::ElideRight, most) + colon;
    return kept + fittedMethod(rest, metrics, width - metrics.horizontalAdvance(kept));
  }
  const QString readable = isByWhatDiffers ? QStringLiteral("…-MNIST: ") : QStringLiteral("…-");
  const int least = metrics.horizontalAdvance(readable);
  if (room > least) return metrics.elidedText(recipe, Qt::ElideLeft, room) + rest;
  return fittedMethod(rest, metrics, width);
}

int textWidth(const QStyleOptionViewItem& option) {
  const QStyle& style = option.widget ? *option.widget->style() : *QApplication::style();
  const QRect place = style.subElementRect(QStyle::SE_ItemViewItemText, &option, option.widget);
  // As the style leaves a margin on both sides of a text.
  const int margin = style.pixelMetric(QStyle::PM_FocusFrameHMargin, &option, option.widget) + 1;
  return std::max(0, place.width() - 2 * margin);
}

void RunNameDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  const qsizetype front = index.data(RunsModel::kFrontRole).toLongLong();
  // The same sign as in Live, behind the name.
  const QString sign = index.data(RunsModel::kTwinRole).toBool() ? kTwinSign : QString();
  const int room = textWidth(*option) - option->fontMetrics.horizontalAdvance(sign);
  const QString brief = index.data(RunsModel::kBriefRole).toString();
  option->text = fittedName(option->text, front, option->fontMetrics, room, brief) + sign;
}

}  // namespace uada
