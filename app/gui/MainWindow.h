#pragma once

#include <QMainWindow>
#include <functional>
#include <map>

#include "widgets/frame/Views.h"
#include "widgets/session/Workbench.h"

class QLabel;
class QDockWidget;
class QMenu;
class QStackedWidget;

namespace uada {

class Actions;
class Banner;
class Commands;
class CursorBar;
class Layouts;
struct Panel;
class PanelWidget;
class RunActions;

/// Wires the panels of the catalogue, menus, tool bar and keys to the session. Made in main.
class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  enum class Layout { restored, first };  ///< as it was left, or as it is at first
  explicit MainWindow(Workbench& workbench, Layout layout = Layout::restored);
  ~MainWindow() override;

  /// Opens or creates the project and remembers it. Says what went wrong in the banner.
  void openProject(const QString& file);
  /// Projects, experiments, folders of data; also comes to the front.
  void openFiles(const QStringList& files);
  /// Opens what was open when the window was closed last, if it is still there.
  void openLast();
  /// null: there is none of that name. Makes the panels that are not made yet.
  PanelWidget* panel(const QString& name);
  /// All of them: panels that are not made yet are.
  Views* views();
  Actions& actions() const { return *actions_; }
  Layouts& layouts() { return views(), *layouts_; }
  /// Stops a live run with a checkpoint, then closes, without asking.
  void stopAndClose();
  /// Adds to actions() what the panels have by now.
  void takePanels();
  /// What closing keeps for the next start.
  void keep();

  /// The question of closeEvent: true closes after a stop with a checkpoint. Tests replace it.
  std::function<bool()> confirmClose;

 Q_SIGNALS:
  void painted();      ///< for the first time; views and hidden docks are not made yet
  void complete();     ///< after that: they are
  void themeWanted();  ///< another one is in the settings

 protected:
  void closeEvent(QCloseEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void makePages();
  PanelWidget* make(const Panel& entry);
  bool makeNextPanel();  ///< false: all are made
  void goOn();
  void makeDocks();
  void makeActions();
  void makeFileActions();
  void makeAlertAction();
  void makeViewActions();
  void makeThemeActions();
  void makeCursorActions();
  void makeMenus();
  void fillRecent(QMenu* menu);
  void fillLayouts(QMenu* menu);
  void makeToolBar();
  void makeStatusBar();
  void turn(QDockWidget* dock);
  void askLayoutName();
  void showStatus();
  void showPage();
  void tell(const QString& text);
  void setOnStart(bool isOnStart);
  bool askClose();

  Workbench& workbench_;
  Actions* actions_;
  Commands* commands_;
  RunActions* runActions_;
  QStackedWidget* pages_;
  Views* views_;
  Banner* banner_ = nullptr;
  Layouts* layouts_ = nullptr;
  CursorBar* cursor_ = nullptr;
  QLabel* status_ = nullptr;
  std::map<QString, PanelWidget*> panels_;
  std::map<QString, QDockWidget*> docks_;
  QString shownProject_;  ///< of the page that is shown
  bool wasEmpty_ = true;  ///< that project
  bool onStart_ = true;
  bool closing_ = false, paintedOnce_ = false, asking_ = false;
};

}  // namespace uada
