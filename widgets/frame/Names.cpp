#include "widgets/frame/Names.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QHeaderView>
#include <QHelpEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QScrollBar>
#include <QToolTip>

#include "widgets/models/Words.h"

namespace uada {

bool isControl(const QWidget* widget) {
  if (qobject_cast<const QScrollBar*>(widget) || qobject_cast<const QHeaderView*>(widget)) return false;
  if (widget->objectName().startsWith("qt_")) return false;
  // Parts of other controls: the line of a spin box, the list of a combo box.
  for (const QWidget* parent = widget->parentWidget(); parent && !parent->isWindow();
       parent = parent->parentWidget())
    if (qobject_cast<const QAbstractSpinBox*>(parent) || qobject_cast<const QAbstractItemView*>(parent) ||
        qobject_cast<const QComboBox*>(parent) || qobject_cast<const QLineEdit*>(parent) ||
        parent->inherits("QTabBar") || parent->inherits("QKeySequenceEdit"))
      return false;
  return qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const QAbstractItemView*>(widget) ||
         qobject_cast<const QAbstractSlider*>(widget) || qobject_cast<const QAbstractSpinBox*>(widget) ||
         qobject_cast<const QComboBox*>(widget) || qobject_cast<const QLineEdit*>(widget) ||
         qobject_cast<const QPlainTextEdit*>(widget);
}

/// The first sentence.
static QString begin(const QString& help) {
  static const QRegularExpression kEnd(QStringLiteral("[\\n;.:(]"));
  QString plain = help;
  if (plain.startsWith('<')) plain.remove(QRegularExpression("<[^>]*>"));
  return plain.section(kEnd, 0, 0).trimmed();
}

static QString placeholderOf(const QWidget* control) {
  if (const auto* line = qobject_cast<const QLineEdit*>(control)) return line->placeholderText();
  if (const auto* text = qobject_cast<const QPlainTextEdit*>(control)) return text->placeholderText();
  return {};
}

static bool hasLabel(const QWidget* control) {
  if (const auto* button = qobject_cast<const QAbstractButton*>(control); button && !button->text().isEmpty())
    return true;
  for (const QWidget* at = control->parentWidget(); at; at = at->parentWidget()) {
    for (const QLabel* label : at->findChildren<QLabel*>(Qt::FindDirectChildrenOnly))
      if (label->buddy() == control) return true;
    if (at->isWindow()) break;
  }
  return false;
}

void keepPlain(QWidget* widget) {
  auto* label = qobject_cast<QLabel*>(widget);
  if (!label || label->textFormat() != Qt::AutoText || label->inherits("QTipLabel")) return;
  if (!(label->textInteractionFlags() & Qt::LinksAccessibleByKeyboard)) label->setTextFormat(Qt::PlainText);
}

/// What Qt would show there; "": nothing, or something else than the text of a tip.
static QString tipAt(QWidget* widget, const QPoint& at) {
  if (const auto* menu = qobject_cast<QMenu*>(widget)) {
    const QAction* action = menu->toolTipsVisible() ? menu->actionAt(at) : nullptr;
    return action ? action->toolTip() : QString();
  }
  const auto* view = qobject_cast<QAbstractItemView*>(widget->parentWidget());
  if (!view || view->viewport() != widget) return widget->toolTip();
  const auto* header = qobject_cast<const QHeaderView*>(view);
  if (!header) return view->indexAt(at).data(Qt::ToolTipRole).toString();
  const int section = header->logicalIndexAt(at);
  if (!header->model() || section < 0) return {};
  return header->model()->headerData(section, header->orientation(), Qt::ToolTipRole).toString();
}

bool showsPlainTip(QObject* watched, QEvent* event) {
  if (event->type() != QEvent::ToolTip || !watched->isWidgetType()) return false;
  auto* widget = static_cast<QWidget*>(watched);
  const auto* help = static_cast<QHelpEvent*>(event);
  const QString tip = tipAt(widget, help->pos());
  if (tip.isEmpty()) return false;
  QToolTip::showText(help->globalPos(), plainTip(tip), widget);
  return true;
}

void nameLists(QWidget* panel, const QString& title) {
  for (QAbstractItemView* list : panel->findChildren<QAbstractItemView*>())
    if (isControl(list) && list->accessibleName().isEmpty() && list->toolTip().isEmpty())
      list->setAccessibleName(title);
}

void nameControl(QWidget* control) {
  if (!isControl(control) || !control->accessibleName().isEmpty() || hasLabel(control)) return;
  for (const QString& name : {begin(placeholderOf(control)), begin(control->toolTip())})
    if (!name.isEmpty()) return control->setAccessibleName(name);
}

}  // namespace uada
