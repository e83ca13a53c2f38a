#include "app/gui/MainWindow.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QShortcut>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/Commands.h"
#include "widgets/panels/CursorBar.h"
#include "widgets/panels/MachineLabel.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/StartPage.h"
#include "widgets/panels/ops/OpsPanel.h"
#include "widgets/panels/samples/SamplesPanel.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

MainWindow::MainWindow(Workbench& workbench)
    : workbench_(workbench),
      commands_(new Commands(workbench, this)),
      actions_(new RunActions(workbench.session, workbench.theme, this)),
      pages_(new QStackedWidget),
      views_(new QTabWidget) {
  setObjectName("MainWindow");
  setWindowTitle(tr("UADA Workbench"));
  resize(1440, 900);
  workbench_.show = [this](const QString& name) {
    if (docks_.contains(name)) docks_[name]->show();
    pages_->setCurrentWidget(views_);
    if (panels_.contains(name)) views_->setCurrentWidget(panels_[name]);
  };
  workbench_.openInOps = [this](const SamplePlan& sample) {
    workbench_.show("ops");
    static_cast<OpsPanel*>(panel("ops"))->open(sample);
  };
  workbench_.showSamples = [this](const QString& op, qint64 step) {
    workbench_.show("samples");
    static_cast<SamplesPanel*>(panel("samples"))->showOp(op, step);
  };
  workbench_.newRun = [this] { commands_->newRun(); };
  confirmClose = [this] {
    const Session& session = workbench_.session;
    const QString what =
        session.isLive() ? statusText(session) : tr("Another process of this window trains the queue");
    QMessageBox box(QMessageBox::NoIcon, tr("A run is training"), what, {}, this);
    box.setInformativeText(
        tr("It is stopped with a checkpoint before the window closes, and can be resumed later."));
    QPushButton* stop = box.addButton(tr("Stop and close"), QMessageBox::AcceptRole);
    box.setDefaultButton(stop);
    box.setEscapeButton(box.addButton(tr("Keep running"), QMessageBox::RejectRole));
    box.exec();
    return box.clickedButton() == stop;
  };
  makeViews();
  makeDocks();
  makeMenus();
  makeToolBar();
  makeStatusBar();
  makeKeys();
  firstLayout_ = saveState();
  restoreGeometry(workbench.settings.value("window/geometry").toByteArray());
  restoreState(workbench.settings.value("window/layout").toByteArray());
  connect(actions_, &RunActions::newRunWanted, commands_, &Commands::newRun);
  connect(actions_, &RunActions::demoWanted, commands_, &Commands::runDemo);
  for (const auto signal : {&Session::stateChanged, &Session::workersChanged})
    connect(&workbench.session, signal, this, &MainWindow::showStatus);
  connect(&workbench.session, &Session::projectChanged, this, &MainWindow::showPage);
  connect(&workbench.session, &Session::runsChanged, this, &MainWindow::showPage);
  showStatus();
  showPage();
}

MainWindow::~MainWindow() = default;

void MainWindow::makeViews() {
  views_->setDocumentMode(true);
  views_->setObjectName("views");
  auto* start = new StartPage(workbench_, commands_->recent());
  connect(start, &StartPage::demoWanted, commands_, &Commands::runDemo);
  connect(start, &StartPage::newRunWanted, commands_, &Commands::newRun);
  connect(start, &StartPage::openWanted, commands_, [this] { commands_->chooseProject(); });
  connect(start, &StartPage::projectWanted, commands_,
          [this](const QString& file) { commands_->openProject(file); });
  pages_->addWidget(start);
  pages_->addWidget(views_);
  auto* centre = new QWidget;
  auto* layout = new QVBoxLayout(centre);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(new Banner(workbench_));
  layout->addWidget(pages_, 1);
  setCentralWidget(centre);
  auto* bar = new QToolBar(tr("Step cursor"));
  bar->setObjectName("cursorToolBar");
  bar->setMovable(false);
  bar->setContentsMargins(0, 0, 0, 0);
  bar->addWidget(cursor_ = new CursorBar(workbench_));
  addToolBar(Qt::BottomToolBarArea, bar);
}

void MainWindow::makeDocks() {
  for (const Panel& entry : uada::panels()) {
    PanelWidget* made = panels_[entry.name] = entry.make(workbench_);
    made->setObjectName(entry.name);
    if (entry.place == PanelPlace::view) {
      views_->addTab(made, tr(entry.title));
      views_->setTabToolTip(views_->count() - 1, tr(entry.help));
      continue;
    }
    auto* dock = new QDockWidget(tr(entry.title).toUpper());
    dock->setObjectName(QString(entry.name) + "Dock");
    dock->setWidget(made);
    dock->toggleViewAction()->setText(tr(entry.title));
    docks_[entry.name] = dock;
    const auto area = entry.place == PanelPlace::left    ? Qt::LeftDockWidgetArea
                      : entry.place == PanelPlace::right ? Qt::RightDockWidgetArea
                                                         : Qt::BottomDockWidgetArea;
    addDockWidget(area, dock);
    const bool bottom = entry.place == PanelPlace::bottom;
    resizeDocks({dock}, {bottom ? 160 : 320}, bottom ? Qt::Vertical : Qt::Horizontal);
    dock->setVisible(!bottom);
  }
}

void MainWindow::makeMenus() {
  QMenu* file = menuBar()->addMenu(tr("&File"));
  file->addAction(workbench_.theme.icon("open"), tr("Open or create project..."), QKeySequence::Open,
                  commands_, [this] { commands_->chooseProject(); });
  for (const QString& name : commands_->recent())
    file->addAction(QFileInfo(name).fileName(), this, [this, name] { commands_->openProject(name); });
  file->addSeparator();
  file->addAction(workbench_.theme.icon("export"), tr("Export view..."), QKeySequence(tr("Ctrl+E")), this,
                  [this] {
                    commands_->exportView(qobject_cast<PanelWidget*>(views_->currentWidget()),
                                          views_->tabText(views_->currentIndex()));
                  });
  file->addAction(workbench_.theme.icon("copy"), tr("Copy view"), QKeySequence(tr("Ctrl+Shift+C")), this,
                  [this] {
                    if (auto* view = qobject_cast<PanelWidget*>(views_->currentWidget())) view->copy();
                  });
  file->addSeparator();
  file->addAction(tr("Quit"), QKeySequence(tr("Ctrl+Q")), this, &QWidget::close);
  QMenu* run = menuBar()->addMenu(tr("&Run"));
  run->addAction(actions_->newRun);
  run->addSeparator();
  run->addActions(
      {actions_->start, actions_->pause, actions_->stopAfterEpoch, actions_->stopNow, actions_->checkpoint});
  run->addSeparator();
  run->addAction(actions_->resumeSelected);
  QMenu* view = menuBar()->addMenu(tr("&View"));
  for (int i = 0; i < views_->count(); ++i) {
    view->addAction(views_->tabText(i), QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1)), this,
                    [this, i] { views_->setCurrentIndex(i); });
  }
  view->addSeparator();
  for (const auto& [name, dock] : docks_) view->addAction(dock->toggleViewAction());
  view->addSeparator();
  view->addAction(tr("Reset layout"), this, &MainWindow::resetLayout);
  QMenu* tools = menuBar()->addMenu(tr("&Tools"));
  tools->addAction(actions_->demo);
  QMenu* help = menuBar()->addMenu(tr("&Help"));
  help->addAction(tr("Keys"), QKeySequence(Qt::Key_F1), commands_, &Commands::showKeys);
}

void MainWindow::makeToolBar() {
  QToolBar* bar = addToolBar(tr("Run"));
  bar->setObjectName("runToolBar");
  bar->setMovable(false);
  bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  bar->setIconSize({16, 16});
  bar->addActions({actions_->start, actions_->pause});
  auto* stop = new QToolButton;
  stop->setObjectName("stop");
  stop->setIcon(actions_->stopNow->icon());
  stop->setToolTip(actions_->stopNow->toolTip());
  const auto enable = [stop, action = actions_->stopNow] { stop->setEnabled(action->isEnabled()); };
  connect(actions_->stopNow, &QAction::changed, stop, enable);
  connect(stop, &QToolButton::clicked, actions_->stopNow, &QAction::trigger);
  enable();
  stop->setText(tr("Stop"));
  stop->setPopupMode(QToolButton::MenuButtonPopup);
  stop->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  auto* menu = new QMenu(stop);
  menu->addActions({actions_->stopAfterEpoch, actions_->stopNow});
  stop->setMenu(menu);
  bar->addWidget(stop);
  bar->addAction(actions_->checkpoint);
  bar->addSeparator();
  bar->addWidget(status_ = new QLabel);
  status_->setObjectName("status");
}

void MainWindow::makeStatusBar() {
  statusBar()->setSizeGripEnabled(false);
  auto* line = new QPushButton;
  line->setFlat(true);
  line->setFocusPolicy(Qt::NoFocus);
  line->setObjectName("logLine");
  line->setToolTip(tr("Open the log"));
  line->setText(tr("Log"));
  line->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  connect(line, &QPushButton::clicked, this, [this] {
    QDockWidget* log = docks_.at("log");
    log->setVisible(!log->isVisible());
  });
  connect(&workbench_.session, &Session::logged, line, [line](const QString& text) { line->setText(text); });
  statusBar()->addWidget(line, 1);
  statusBar()->addPermanentWidget(new MachineLabel(workbench_.session));
}

void MainWindow::makeKeys() {
  const auto key = [this](const QKeySequence& sequence, auto member) {
    auto* shortcut = new QShortcut(sequence, this);
    connect(shortcut, &QShortcut::activated, cursor_, member);
    // Tables, sliders and tabs keep their own arrow keys.
    connect(qApp, &QApplication::focusChanged, shortcut, [shortcut](QWidget*, QWidget* now) {
      shortcut->setEnabled(!now || !(now->inherits("QAbstractItemView") || now->inherits("QAbstractSlider") ||
                                     now->inherits("QTabBar")));
    });
  };
  key(Qt::Key_Left, &CursorBar::previousReport);
  key(Qt::Key_Right, &CursorBar::nextReport);
  key(Qt::SHIFT | Qt::Key_Left, &CursorBar::previousEpoch);
  key(Qt::SHIFT | Qt::Key_Right, &CursorBar::nextEpoch);
}

PanelWidget* MainWindow::panel(const QString& name) const {
  const auto it = panels_.find(name);
  return it == panels_.end() ? nullptr : it->second;
}

void MainWindow::openProject(const QString& file) { commands_->openProject(file); }

void MainWindow::resetLayout() { restoreState(firstLayout_); }

void MainWindow::showStatus() {
  const Session& session = workbench_.session;
  const QString colour = workbench_.theme.colour(stateColour(session.state())).name();
  QStringList parts = statusText(session).toHtmlEscaped().split(QStringLiteral("    "));
  if (parts.size() > 1) {
    parts[0] = "<b>" + parts[0] + "</b>";
    parts[1] = QStringLiteral("<span style='color:%1'><b>%2</b></span>").arg(colour, parts[1]);
  }
  status_->setText(parts.join(QStringLiteral("&nbsp;&nbsp;&nbsp;&nbsp;")));
  if (closing_ && !session.isTraining()) QTimer::singleShot(0, this, &QWidget::close);
}

void MainWindow::showPage() {
  const Session& session = workbench_.session;
  const bool empty = !session.hasProject() || (session.runs().empty() && !session.isLive());
  pages_->setCurrentIndex(empty ? 0 : 1);
  // The page that is not seen must not widen the window.
  pages_->widget(0)->setSizePolicy(empty ? QSizePolicy::Preferred : QSizePolicy::Ignored,
                                   QSizePolicy::Preferred);
  views_->setMinimumWidth(60 * kGrid);  // nor the widest bar of a view that is behind another
  setWindowTitle(session.hasProject()
                     ? QFileInfo(session.projectFile()).completeBaseName() + tr(" - UADA Workbench")
                     : tr("UADA Workbench"));
}

void MainWindow::paintEvent(QPaintEvent* event) {
  QMainWindow::paintEvent(event);
  if (paintedOnce_) return;
  paintedOnce_ = true;
  QTimer::singleShot(0, this, &MainWindow::painted);  // when the whole window has been painted and shown
}

void MainWindow::stopAndClose() {
  closing_ = true;
  Session& session = workbench_.session;
  session.stopWorkers();
  if (session.isLive()) session.training()->stopNow();
  if (!session.isTraining()) close();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (workbench_.session.isTraining()) {
    event->ignore();
    if (closing_ || asking_) return;  // the checkpoint is being written; the window closes by itself
    asking_ = true;
    const bool stop = confirmClose();
    asking_ = false;
    if (stop) stopAndClose();
    return;
  }
  workbench_.settings.setValue("window/geometry", saveGeometry());
  workbench_.settings.setValue("window/layout", saveState());
  event->accept();
}

}  // namespace uada
