#pragma once

#include <QMainWindow>
#include <functional>
#include <map>

#include "widgets/session/Workbench.h"

class QLabel;
class QDockWidget;
class QStackedWidget;
class QTabWidget;
class QToolBar;

namespace uada {

class Commands;
class CursorBar;
class PanelWidget;
class RunActions;

/// Wires the panels of the catalogue, menus, tool bar and keys to the session. Made in main.
class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(Workbench& workbench);
  ~MainWindow() override;

  /// Opens or creates the project and remembers it. Says what went wrong in the banner.
  void openProject(const QString& file);
  PanelWidget* panel(const QString& name) const;
  QTabWidget* views() const { return views_; }
  /// Stops a live run with a checkpoint, then closes, without asking.
  void stopAndClose();

  /// The question of closeEvent: true closes after a stop with a checkpoint. Tests replace it.
  std::function<bool()> confirmClose;

 Q_SIGNALS:
  void painted();  ///< after the first paint

 protected:
  void closeEvent(QCloseEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void makeViews();
  void makeDocks();
  void makeMenus();
  void makeToolBar();
  void makeStatusBar();
  void makeKeys();
  void resetLayout();
  void showStatus();
  void showPage();

  Workbench& workbench_;
  Commands* commands_;
  RunActions* actions_;
  QStackedWidget* pages_;
  QTabWidget* views_;
  CursorBar* cursor_ = nullptr;
  QLabel* status_ = nullptr;
  std::map<QString, PanelWidget*> panels_;
  std::map<QString, QDockWidget*> docks_;
  QByteArray firstLayout_;
  bool closing_ = false, paintedOnce_ = false, asking_ = false;
};

}  // namespace uada
