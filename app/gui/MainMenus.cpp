// The actions of MainWindow, and what is made from them: menus, tool bar, status bar.
#include <QAction>
#include <QActionGroup>
#include <QDockWidget>
#include <QFileInfo>
#include <QInputDialog>
#include <QLabel>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>

#include "app/gui/Commands.h"
#include "app/gui/MainWindow.h"
#include "app/gui/UndoActions.h"
#include "widgets/forms/EditDialog.h"
#include "widgets/forms/ForkDialog.h"
#include "widgets/frame/About.h"
#include "widgets/frame/Actions.h"
#include "widgets/frame/KeysDialog.h"
#include "widgets/frame/Layouts.h"
#include "widgets/frame/Palette.h"
#include "widgets/frame/PanelHelp.h"
#include "widgets/frame/Views.h"
#include "widgets/panels/CursorBar.h"
#include "widgets/panels/MachineLabel.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/StartPage.h"
#include "widgets/panels/runs/VerifyDialog.h"
#include "widgets/session/Alerts.h"
#include "widgets/session/Recent.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

void MainWindow::makeActions() {
  makeFileActions();
  addUndoActions(*actions_, workbench_.session.edits());
  actions_->take("run.new", tr("Run"), runActions_->newRun);
  actions_->take("run.start", tr("Run"), runActions_->start, true);
  actions_->take("run.pause", tr("Run"), runActions_->pause);
  actions_->take("run.stopAfterEpoch", tr("Run"), runActions_->stopAfterEpoch);
  actions_->take("run.stopNow", tr("Run"), runActions_->stopNow);
  actions_->take("run.discard", tr("Run"), runActions_->discard);
  actions_->take("run.checkpoint", tr("Run"), runActions_->checkpoint);
  actions_->take("run.change", tr("Run"), runActions_->change);
  actions_->take("run.resume", tr("Run"), runActions_->resumeSelected, true);
  actions_->take("run.fork", tr("Run"), runActions_->fork);
  actions_->take("run.verify", tr("Run"), runActions_->verifySelected);
  connect(runActions_, &RunActions::verifyWanted, this,
          [this](qint64 run) { (new VerifyDialog(workbench_, run, this))->show(); });
  actions_->take("run.demo", tr("Run"), runActions_->demo, true);
  actions_->take("run.demoLong", tr("Run"), runActions_->demoLong, true);
  makeAlertAction();
  connect(runActions_, &RunActions::newRunWanted, commands_, &Commands::newRun);
  connect(runActions_, &RunActions::demoWanted, commands_, &Commands::runDemo);
  connect(runActions_, &RunActions::changeWanted, this, [this] { openEditDialog(workbench_, this); });
  connect(runActions_, &RunActions::forkWanted, this,
          [this](qint64 run) { openForkDialog(workbench_, run, this); });
  makeCursorActions();
  makeViewActions();
  makeThemeActions();
  actions_->add({"help.palette",
                 tr("Help"),
                 tr("Do by name..."),
                 {QKeySequence(tr("Ctrl+K"))},
                 {},
                 tr("Find anything that can be done by typing its name")},
                [this] {
                  takePanels();
                  Palette(*actions_, workbench_.theme, this).exec();
                });
  actions_->add({"help.keys",
                 tr("Help"),
                 tr("Keys..."),
                 {QKeySequence(tr("Ctrl+F1"))},
                 {},
                 tr("See all keys, and change them")},
                [this] {
                  takePanels();
                  KeysDialog(*actions_, this).exec();
                });
  new PanelHelp(*actions_, *views_, docks_, workbench_.show,
                [this] { actions_->action("help.keys")->trigger(); });
  actions_->add(
      {"help.diagnostics",
       tr("Help"),
       tr("Save diagnostics..."),
       {},
       {},
       tr("A folder with versions, devices, log and schema, to be sent with a question; without data")},
      [this] { commands_->saveDiagnostics(); });
  actions_->add({"help.about", tr("Help"), tr("About"), {}, {}, tr("Versions, devices, licences")},
                [this] { AboutDialog(workbench_, this).exec(); });
}

void MainWindow::makeAlertAction() {
  const QString setting = "alerts";
  Alerts& alerts = Alerts::of(workbench_.session);
  alerts.setOn(workbench_.settings.value(setting, true).toBool());
  QAction* action = actions_->add(
      {"run.alerts",
       tr("Run"),
       tr("Alerts"),
       {},
       {},
       tr("Say in the window, and on the desktop while it is not in front, when training is finished, a run "
          "needs somebody, its loss jumps, or the disk is nearly full")},
      [this, setting, &alerts] {
        alerts.setOn(!alerts.isOn());
        workbench_.settings.setValue(setting, alerts.isOn());
      });
  action->setCheckable(true);
  action->setChecked(alerts.isOn());
}

void MainWindow::makeFileActions() {
  const Theme& theme = workbench_.theme;
  const QString file = tr("File");
  actions_->add({"file.new",
                 file,
                 tr("New project..."),
                 {QKeySequence(tr("Ctrl+Shift+N"))},
                 theme.icon("new"),
                 tr("Make a project file, in which all runs are kept")},
                [this] { commands_->newProject(); });
  actions_->add(
      {"file.open",
       file,
       tr("Open project..."),
       {QKeySequence::Open},
       theme.icon("open"),
       tr("A project; or a table that was exported as LaTeX: which of its cells have changed since")},
      [this] { commands_->chooseProject(); });
  actions_->add({"file.close", file, tr("Close project"), {QKeySequence(tr("Ctrl+W"))}},
                [this] { commands_->closeProject(); });
  // On the start page they say that there is nothing: a key that does nothing at all looks broken.
  const auto shown = [this] {
    return onStart_ && !views_->isTorn(views_->current()) ? nullptr : views_->current();
  };
  actions_->add({"file.export",
                 file,
                 tr("Export view..."),
                 {QKeySequence(tr("Ctrl+E"))},
                 theme.icon("export"),
                 tr("Write the view, or a chart in it, as picture, drawing, PDF or numbers")},
                [this, shown] { commands_->exportView(shown(), views_->titleOf(shown())); });
  actions_->add({"file.exportCharts",
                 file,
                 tr("Export all charts..."),
                 {QKeySequence(tr("Ctrl+Shift+E"))},
                 {},
                 tr("Write every chart that shows something into a folder, with its numbers")},
                [this] {
                  std::vector<PanelWidget*> shown;
                  for (const Panel& entry : panels())
                    if (entry.place == PanelPlace::view) shown.push_back(panel(entry.name));
                  if (workbench_.session.hasProject()) setOnStart(false);
                  commands_->exportCharts(*views_, shown);
                });
  actions_->add({"file.copy", file, tr("Copy view"), {QKeySequence(tr("Ctrl+Shift+C"))}, theme.icon("copy")},
                [this, shown] { commands_->copyView(shown(), views_->titleOf(shown())); });
  actions_->add({"file.quit", file, tr("Quit"), {QKeySequence(tr("Ctrl+Q"))}}, [this] { close(); });
}

void MainWindow::makeCursorActions() {
  const QString group = tr("Step cursor");
  actions_->add({"cursor.back", group, tr("One report back"), {QKeySequence(Qt::Key_Left)}},
                [this] { cursor_->previousReport(); });
  actions_->add({"cursor.on", group, tr("One report on"), {QKeySequence(Qt::Key_Right)}},
                [this] { cursor_->nextReport(); });
  actions_->add({"cursor.epochBack", group, tr("One epoch back"), {QKeySequence(Qt::SHIFT | Qt::Key_Left)}},
                [this] { cursor_->previousEpoch(); });
  actions_->add({"cursor.epochOn", group, tr("One epoch on"), {QKeySequence(Qt::SHIFT | Qt::Key_Right)}},
                [this] { cursor_->nextEpoch(); });
}

void MainWindow::makeViewActions() {
  const QString group = tr("View");
  actions_->add({"view.start",
                 group,
                 tr("Start page"),
                 {QKeySequence(tr("Alt+Home"))},
                 {},
                 tr("The demo, a new run, recent projects")},
                [this] { setOnStart(true); });
  int number = 0;
  for (const Panel& entry : panels()) {
    if (entry.place != PanelPlace::view) continue;
    ++number;
    const QList<QKeySequence> keys =
        number < 10 ? QList{QKeySequence(QStringLiteral("Ctrl+%1").arg(number))} : QList<QKeySequence>();
    actions_->add({QStringLiteral("view.") + entry.name, group, tr(entry.title), keys, {}, tr(entry.help)},
                  [this, name = QString(entry.name)] { workbench_.show(name); });
  }
  actions_->add({"view.tearOff",
                 group,
                 tr("Tear off this view"),
                 {QKeySequence(tr("Ctrl+Shift+T"))},
                 {},
                 tr("Into a window of its own, or back from there")},
                [this] {
                  PanelWidget* view = views()->current();
                  if (views_->isTorn(view)) return views_->putBack(view);
                  setOnStart(false);
                  if (const QString why = views_->tearOff(view); !why.isEmpty()) tell(why);
                });
  for (const auto& [name, dock] : docks_) {
    dock->toggleViewAction()->setToolTip(tr("Show or hide %1").arg(dock->windowTitle()));
    actions_->take("dock." + name, group, dock->toggleViewAction());
  }
  actions_->add({"layout.save",
                 group,
                 tr("Save layout as..."),
                 {},
                 {},
                 tr("Give the places of docks and windows a name")},
                [this] { askLayoutName(); });
  actions_->add(
      {"layout.reset", group, tr("Reset layout"), {}, {}, tr("All docks and views where they are at first")},
      [this] { layouts_->reset(); });
}

void MainWindow::makeThemeActions() {
  auto* group = new QActionGroup(this);
  for (auto [kind, text] : {std::pair{"light", tr("Light")}, std::pair{"dark", tr("Dark")},
                            std::pair{"", tr("As the desktop")}}) {
    const QString name = *kind ? kind : "desktop";
    QAction* action = actions_->add({"theme." + name, tr("Theme"), text}, [this, kind = QString(kind)] {
      workbench_.settings.setValue("theme", kind);
      Q_EMIT themeWanted();
    });
    action->setCheckable(true);
    action->setChecked(workbench_.settings.value("theme").toString() == kind);
    group->addAction(action);
  }
}

void MainWindow::makeMenus() {
  const auto add = [this](QMenu* menu, const QStringList& names) {
    menu->addActions(actions_->actions(names));
  };
  QMenu* file = menuBar()->addMenu(tr("&File"));
  add(file, {"file.new", "file.open"});
  QMenu* recent = file->addMenu(tr("Open recent"));
  connect(recent, &QMenu::aboutToShow, this, [this, recent] { fillRecent(recent); });
  add(file, {"file.close", "", "file.export", "file.exportCharts", "file.copy", "", "file.quit"});
  add(menuBar()->addMenu(tr("&Edit")), {"edit.undo", "edit.redo"});
  QMenu* run = menuBar()->addMenu(tr("&Run"));
  add(run, {"run.new", "", "run.start", "run.pause", "run.stopAfterEpoch", "run.stopNow", "run.discard",
            "run.checkpoint", "", "run.change", "", "run.resume", "run.fork", "run.verify", "", "run.alerts",
            "", "run.demo", "run.demoLong"});
  QMenu* view = menuBar()->addMenu(tr("&View"));
  add(view, {"view.start"});
  QStringList views{""}, docks{"", "view.tearOff", ""};
  for (const Panel& entry : panels())
    if (entry.place == PanelPlace::view) views << QStringLiteral("view.") + entry.name;
  for (const auto& [name, dock] : docks_) docks << "dock." + name;
  add(view, views + docks + QStringList{""});
  QMenu* cursor = view->addMenu(tr("Step cursor"));
  add(cursor, {"cursor.back", "cursor.on", "cursor.epochBack", "cursor.epochOn"});
  QMenu* theme = view->addMenu(tr("Theme"));
  add(theme, {"theme.light", "theme.dark", "theme.desktop"});
  QMenu* layouts = view->addMenu(tr("Layouts"));
  connect(layouts, &QMenu::aboutToShow, this, [this, layouts] { fillLayouts(layouts); });
  add(view, {"layout.save", "layout.reset"});
  QMenu* help = menuBar()->addMenu(tr("&Help"));
  add(help, {"help.panel", "help.palette", "help.keys", "", "help.diagnostics", "help.about"});
  QList<QAction*> keys;
  for (const ActionEntry& entry : actions_->all()) keys << entry.action;
  addActions(keys);  // their keys work wherever the menus are
  views_->setKeys(keys);
}

void MainWindow::fillRecent(QMenu* menu) {
  menu->clear();
  for (const QString& file : recentProjects(workbench_.settings)) {
    QString text = QFileInfo(file).completeBaseName() + "    " + QFileInfo(file).absolutePath();
    QAction* action = menu->addAction(text.replace('&', "&&"), this, [this, file] { openProject(file); });
    action->setToolTip(file);
  }
  if (menu->isEmpty()) menu->addAction(tr("Nothing was opened yet"))->setEnabled(false);
}

void MainWindow::fillLayouts(QMenu* menu) {
  menu->clear();
  const QStringList names = layouts_->names();
  for (const QString& name : names)
    menu->addAction(QString(name).replace('&', "&&"), this, [this, name] {
      if (!layouts_->apply(name))
        tell(tr("The layout '%1' is damaged and cannot be used: save it again").arg(name));
    });
  if (names.isEmpty()) menu->addAction(tr("None has been saved yet"))->setEnabled(false);
  menu->addSeparator();
  menu->addAction(actions_->action("layout.save"));
  QMenu* remove = menu->addMenu(tr("Delete"));
  remove->setEnabled(!names.isEmpty());
  for (const QString& name : names)
    remove->addAction(QString(name).replace('&', "&&"), this, [this, name] { layouts_->remove(name); });
}

void MainWindow::askLayoutName() {
  bool isGiven = false;
  const QString name =
      QInputDialog::getText(this, tr("Save layout"), tr("Name; one that is there is replaced"),
                            QLineEdit::Normal, tr("My layout"), &isGiven)
          .trimmed();
  if (isGiven && !name.isEmpty()) layouts_->saveAs(name);
}

void MainWindow::takePanels() {
  for (const Panel& entry : panels())
    actions_->takePanel(entry.name, tr(entry.title), panel(entry.name),
                        [this, name = QString(entry.name)] { workbench_.show(name); });
  for (const ActionEntry& entry : actions_->all())
    if (entry.button) addAction(entry.action);  // one that it has already stays
}

void MainWindow::makeToolBar() {
  QToolBar* bar = addToolBar(tr("Run"));
  bar->setObjectName("runToolBar");
  bar->setMovable(false);
  bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  bar->setIconSize({16, 16});
  bar->addActions(actions_->actions({"run.start", "run.pause"}));
  auto* stop = new QToolButton;
  stop->setObjectName("stop");
  QAction* stopNow = actions_->action("run.stopNow");
  stop->setIcon(stopNow->icon());
  const auto enable = [stop, stopNow] {
    stop->setEnabled(stopNow->isEnabled());
    stop->setToolTip(stopNow->toolTip());
  };
  connect(stopNow, &QAction::changed, stop, enable);
  connect(stop, &QToolButton::clicked, stopNow, &QAction::trigger);
  enable();
  stop->setText(tr("Stop"));
  stop->setPopupMode(QToolButton::MenuButtonPopup);
  stop->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  auto* menu = new QMenu(stop);
  menu->addActions(actions_->actions({"run.stopAfterEpoch", "run.stopNow", "run.discard"}));
  stop->setMenu(menu);
  bar->addWidget(stop);
  bar->addActions(actions_->actions({"run.checkpoint"}));
  for (QToolButton* button : bar->findChildren<QToolButton*>())
    if (!button->objectName().startsWith("qt_")) button->setFocusPolicy(Qt::TabFocus);
  bar->addSeparator();
  bar->addWidget(status_ = new QLabel);
  status_->setObjectName("status");
  status_->setTextFormat(Qt::RichText);
}

/// One behind another comes to the front, one in front goes.
void MainWindow::turn(QDockWidget* dock) {
  const bool isSeen = dock->isVisible() && !dock->visibleRegion().isEmpty();
  dock->setVisible(!isSeen);
  if (!isSeen) dock->raise();
}

void MainWindow::makeStatusBar() {
  statusBar()->setSizeGripEnabled(false);
  auto* line = new QPushButton;
  line->setFlat(true);
  line->setFocusPolicy(Qt::TabFocus);
  line->setObjectName("logLine");
  line->setToolTip(tr("Open the log"));
  line->setAccessibleName(tr("Log"));
  line->setText(tr("Log"));
  line->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  connect(line, &QPushButton::clicked, this, [this] { turn(docks_.at("log")); });
  connect(&workbench_.session, &Session::logged, line,
          [line](const LogEntry& entry) { line->setText(entry.text); });
  statusBar()->addWidget(line, 1);
  auto* machine = new MachineLabel(workbench_.session);
  connect(machine, &QPushButton::clicked, this, [this] { turn(docks_.at("machine")); });
  statusBar()->addPermanentWidget(machine);
}

}  // namespace uada
