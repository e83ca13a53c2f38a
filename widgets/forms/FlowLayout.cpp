#include "widgets/forms/FlowLayout.h"

#include <QWidget>
#include <algorithm>

namespace uada {

FlowLayout::FlowLayout(QWidget* parent, int spacing) : QLayout(parent) {
  setContentsMargins(0, 0, 0, 0);
  setSpacing(spacing);
}

FlowLayout::~FlowLayout() { qDeleteAll(items_); }

QLayoutItem* FlowLayout::takeAt(int index) {
  return index >= 0 && index < items_.size() ? items_.takeAt(index) : nullptr;
}

QSize FlowLayout::minimumSize() const {
  QSize size;
  for (const QLayoutItem* item : items_) size = size.expandedTo(item->minimumSize());
  const QMargins margins = contentsMargins();
  return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom());
}

void FlowLayout::setGeometry(const QRect& rect) {
  QLayout::setGeometry(rect);
  arrange(rect, true);
}

/// returns  the height of the row
int FlowLayout::placeRow(const QList<QLayoutItem*>& row, const QRect& inner, int top, bool place) const {
  int height = 0, left = inner.left();
  for (const QLayoutItem* item : row) height = std::max(height, item->sizeHint().height());
  for (QLayoutItem* item : row) {
    const QSize size(std::min(item->sizeHint().width(), inner.right() + 1 - left), item->sizeHint().height());
    if (place) item->setGeometry({QPoint(left, top + (height - size.height()) / 2), size});
    left += size.width() + spacing();
  }
  return height;
}

/// returns  the height that the items need
int FlowLayout::arrange(const QRect& rect, bool place) const {
  const QRect inner = rect.marginsRemoved(contentsMargins());
  int top = inner.top(), used = 0;
  QList<QLayoutItem*> row;
  for (QLayoutItem* item : items_) {
    if (item->isEmpty()) continue;
    const int width = item->sizeHint().width();
    if (!row.isEmpty() && used + width > inner.width()) {
      top += placeRow(row, inner, top, place) + spacing();
      row.clear();
      used = 0;
    }
    row.append(item);
    used += width + spacing();
  }
  if (!row.isEmpty()) top += placeRow(row, inner, top, place);
  return top - rect.top() + contentsMargins().bottom();
}

}  // namespace uada
