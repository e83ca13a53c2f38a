#include "widgets/models/ContextMenu.h"

#include <QAbstractScrollArea>
#include <QMenu>

namespace uada {

ContextMenu::ContextMenu(QWidget* widget, Fill fill)
    : QObject(widget), widget_(widget), fill_(std::move(fill)) {
  widget->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(widget, &QWidget::customContextMenuRequested, this, &ContextMenu::popUp);
}

ContextMenu::~ContextMenu() = default;

QMenu* ContextMenu::byName() {
  byName_ = std::make_unique<QMenu>();
  fill_(*byName_, std::nullopt);
  return byName_.get();
}

QString ContextMenu::about() const { return about_ ? about_() : QString(); }

void ContextMenu::popUp(const QPoint& at) {
  QMenu menu(widget_);
  fill_(menu, at);
  if (menu.isEmpty()) return;
  const auto* area = qobject_cast<QAbstractScrollArea*>(widget_);
  menu.exec((area ? area->viewport() : widget_)->mapToGlobal(at));
}

}  // namespace uada
