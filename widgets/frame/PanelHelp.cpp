#include "widgets/frame/PanelHelp.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QEvent>
#include <QToolButton>
#include <QWhatsThis>
#include <algorithm>
#include <utility>

#include "widgets/frame/Actions.h"
#include "widgets/frame/Views.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

void dressHelp(QToolButton& button, const QString& text) {
  button.setText(QStringLiteral("?"));
  button.setAutoRaise(true);
  button.setFocusPolicy(Qt::TabFocus);
  button.setAccessibleName(text);
  button.setToolTip(text);
}

/// Stands in the title of a dock beside another button of it, and is seen with that.
class TitleButton : public QToolButton {
 public:
  TitleButton(QDockWidget* dock, QWidget* beside) : QToolButton(dock), beside_(beside) {
    beside->installEventFilter(this);
    follow();
  }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    constexpr QEvent::Type kTypes[] = {QEvent::Move, QEvent::Resize, QEvent::ShowToParent,
                                       QEvent::HideToParent};
    if (std::ranges::find(kTypes, event->type()) != std::end(kTypes)) follow();
    return QToolButton::eventFilter(watched, event);
  }

 private:
  void follow() {
    setVisible(!beside_->isHidden());
    setGeometry(beside_->geometry().translated(-beside_->width() - kGrid / 4, 0));
  }
  QWidget* beside_;
};

const Panel* panelNamed(const QString& name) {
  const auto found = std::ranges::find_if(panels(), [&](const Panel& one) { return name == one.name; });
  return found == panels().end() ? nullptr : &*found;
}

}  // namespace

PanelHelp::PanelHelp(Actions& actions, Views& views, const Docks& docks,
                     std::function<void(const QString&)> show, std::function<void()> otherwise)
    : QObject(&views), views_(views), docks_(docks), show_(std::move(show)) {
  actions.add({"help.panel",
               tr("Help"),
               tr("Help on this panel"),
               {QKeySequence(Qt::Key_F1)},
               {},
               tr("What the panel shows that has the focus")},
              [this, otherwise = std::move(otherwise)] {
                if (const Panel* panel = worked()) return tell(*panel);
                otherwise();
              });
  for (const Panel& panel : panels())
    actions.add({QStringLiteral("help.panel.") + panel.name,
                 tr("Help"),
                 tr("Help on %1").arg(tr(panel.title)),
                 {},
                 {},
                 tr(panel.help)},
                [this, &panel] { tell(panel); });
  addButtons(actions);
}

void PanelHelp::addButtons(Actions& actions) {
  auto* corner = new QToolButton(&views_);
  corner->setObjectName("viewHelp");
  dressHelp(*corner, tr("Help on the view in front"));
  connect(corner, &QToolButton::clicked, this, [this] {  // wherever the focus is
    const QWidget* view = views_.currentWidget();
    if (const Panel* panel = view ? panelNamed(view->objectName()) : nullptr) tell(*panel);
  });
  views_.setCornerWidget(corner);
  for (const auto& [name, dock] : docks_) {
    auto* beside = dock->findChild<QWidget*>("qt_dockwidget_floatbutton");
    if (!beside) continue;
    auto* button = new TitleButton(dock, beside);
    button->setObjectName("panelHelp");
    dressHelp(*button, tr("Help on %1").arg(dock->windowTitle()));
    connect(button, &QToolButton::clicked, actions.action(QStringLiteral("help.panel.") + name),
            &QAction::trigger);
  }
}

/// Null: none is seen.
const Panel* PanelHelp::worked() const {
  for (const QWidget* widget = QApplication::focusWidget(); widget; widget = widget->parentWidget()) {
    const auto* dock = qobject_cast<const QDockWidget*>(widget);
    const QWidget* panel = dock ? dock->widget() : widget;
    if (qobject_cast<const PanelWidget*>(panel)) return panelNamed(panel->objectName());
  }
  const PanelWidget* view = views_.current();
  return view && view->isVisible() ? panelNamed(view->objectName()) : nullptr;
}

void PanelHelp::tell(const Panel& panel) {
  show_(panel.name);
  const auto dock = docks_.find(panel.name);
  QWidget* at = dock == docks_.end() ? static_cast<QWidget*>(views_.current()) : dock->second;
  if (!at) return;
  QWhatsThis::showText(
      at->mapToGlobal(QPoint(at->width() / 2, 4 * kGrid)),
      QStringLiteral("<b>%1</b><br>%2").arg(tr(panel.title).toHtmlEscaped(), tr(panel.help).toHtmlEscaped()),
      at);
}

}  // namespace uada
