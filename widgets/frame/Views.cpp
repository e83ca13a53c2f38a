#include "widgets/frame/Views.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QMenu>
#include <QScreen>
#include <QTabBar>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/frame/Layouts.h"
#include "widgets/models/ContextMenu.h"
#include "widgets/panels/Panel.h"

namespace uada {

/// A view alone. Closing it gives the view back.
class Views::Window : public QWidget {
 public:
  Window(Views* views, PanelWidget* panel, const QString& title)
      : QWidget(views->window(), Qt::Window), views_(views), panel_(panel) {
    setObjectName(panel->objectName() + "Window");
    setWindowTitle(title + " - " + views->window()->windowTitle());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(panel);
    panel->show();
    addActions(views->keys_);
  }
  PanelWidget* panel() const { return panel_; }

 protected:
  void closeEvent(QCloseEvent* event) override {
    event->accept();
    QTimer::singleShot(0, views_, [views = views_, panel = panel_] { views->putBack(panel); });
  }

 private:
  Views* views_;
  PanelWidget* panel_;
};

Views::Views(QWidget* parent) : QTabWidget(parent) {
  setDocumentMode(true);
  setObjectName("views");
  tabBar()->setAccessibleName(tr("Views"));
  new ContextMenu(tabBar(), [this](QMenu& menu, std::optional<QPoint> at) {
    fillTabMenu(menu, at ? tabBar()->tabAt(*at) : currentIndex());
  });
  connect(tabBar(), &QTabBar::tabBarDoubleClicked, this, [this](int tab) {
    if (auto* panel = qobject_cast<PanelWidget*>(widget(tab))) tearOff(panel);
  });
}

Views::~Views() = default;

Views::View* Views::find(const PanelWidget* panel) {
  const auto it = std::ranges::find(views_, panel, &View::panel);
  return it == views_.end() ? nullptr : &*it;
}
const Views::View* Views::find(const PanelWidget* panel) const {
  return const_cast<Views*>(this)->find(panel);
}

void Views::add(PanelWidget* view, const QString& title, const QString& help) {
  views_.push_back({view, title, help});
  setTabToolTip(addTab(view, title), help);
}

PanelWidget* Views::current() const {
  if (auto* window = dynamic_cast<Window*>(QApplication::activeWindow())) return window->panel();
  return qobject_cast<PanelWidget*>(currentWidget());
}

QString Views::titleOf(const PanelWidget* view) const {
  const View* known = find(view);
  return known ? known->title : QString();
}

void Views::bring(PanelWidget* view) {
  const View* known = find(view);
  if (!known) return;
  if (!known->window) return setCurrentWidget(view);
  if (known->window->isMinimized()) known->window->showNormal();
  known->window->raise();
  known->window->activateWindow();
}

bool Views::isTorn(const PanelWidget* view) const {
  const View* known = find(view);
  return known && known->window;
}

QString Views::tearOff(PanelWidget* view) {
  View* known = find(view);
  if (!known || known->window) return tr("it is in a window of its own already");
  if (count() < 2) return tr("the last view stays in the window");
  const QSize size = view->size();
  removeTab(indexOf(view));
  known->window = new Window(this, view, known->title);
  const QRect room = screen()->availableGeometry();
  known->window->setGeometry(fitted(QRect(window()->geometry().topLeft() + QPoint(48, 64), size), room));
  known->window->show();
  Q_EMIT tornChanged();
  return {};
}

void Views::putBack(PanelWidget* view) {
  View* known = find(view);
  if (!known || !known->window) return;
  int place = 0;
  for (const View& each : views_) {
    if (each.panel == view) break;
    if (!each.window) ++place;
  }
  Window* window = known->window;
  known->window = nullptr;
  setTabToolTip(insertTab(place, view, known->title), known->help);
  setCurrentWidget(view);
  window->hide();
  window->deleteLater();
  Q_EMIT tornChanged();
}

void Views::putAllBack() {
  for (const View& each : views_) putBack(each.panel);
}

QVariantMap Views::torn() const {
  QVariantMap places;
  for (const View& each : views_)
    if (each.window) places[each.panel->objectName()] = each.window->geometry();
  return places;
}

void Views::restoreTorn(const QVariantMap& places) {
  putAllBack();
  QWidget* front = currentWidget();
  for (View& each : views_) {
    const auto place = places.find(each.panel->objectName());
    if (place == places.end() || !place->toRect().isValid() || !tearOff(each.panel).isEmpty()) continue;
    const QRect wanted = place->toRect();
    QScreen* there = QGuiApplication::screenAt(wanted.center());
    each.window->setGeometry(fitted(wanted, (there ? there : screen())->availableGeometry()));
  }
  if (front && indexOf(front) >= 0) setCurrentWidget(front);
}

void Views::fillTabMenu(QMenu& menu, int tab) {
  auto* panel = qobject_cast<PanelWidget*>(widget(tab));
  if (!panel) return;
  QAction* tear = menu.addAction(tr("Tear off into a window"), this, [this, panel] { tearOff(panel); });
  tear->setEnabled(count() > 1);
}

}  // namespace uada
