#include "app/gui/MainWindow.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QFileInfo>
#include <QKeyEvent>
#include <QLabel>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTimer>
#include <QToolBar>
#include <QVBoxLayout>

#include "app/gui/Commands.h"
#include "widgets/frame/Actions.h"
#include "widgets/frame/Layouts.h"
#include "widgets/frame/Names.h"
#include "widgets/frame/Views.h"
#include "widgets/panels/CursorBar.h"
#include "widgets/panels/LibTorchBanner.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/RecoveryBanner.h"
#include "widgets/panels/StartPage.h"
#include "widgets/panels/ops/OpsPanel.h"
#include "widgets/panels/samples/SamplesPanel.h"
#include "widgets/session/Alerts.h"
#include "widgets/session/LogBook.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

MainWindow::MainWindow(Workbench& workbench, Layout layout)
    : workbench_(workbench),
      actions_(new Actions(workbench.settings, this)),
      commands_(new Commands(workbench, this)),
      runActions_(new RunActions(workbench.session, workbench.theme, this)),
      pages_(new QStackedWidget),
      views_(new Views) {
  setObjectName("MainWindow");
  setWindowTitle(tr("UADA Workbench"));
  setAcceptDrops(true);
  qApp->installEventFilter(this);  // first: it names what is made from here on
  LogBook::of(workbench.session);  // before anything is told
  workbench_.show = [this](const QString& name) {
    if (docks_.contains(name)) {
      docks_[name]->show();
      return docks_[name]->raise();  // it may stand behind another one
    }
    setOnStart(false);
    if (PanelWidget* view = panel(name)) views_->bring(view);
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
  workbench_.newRunLike = [this](qint64 run) { commands_->newRunLike(run); };
  workbench_.newTwinsLike = [this](qint64 run) { commands_->newTwinsLike(run); };
  confirmClose = [this] { return askClose(); };
  makePages();
  makeDocks();
  makeActions();
  makeMenus();
  makeToolBar();
  makeStatusBar();
  layouts_ = new Layouts(*this, *views_, workbench.settings);
  if (layout == Layout::restored)
    layouts_->restoreLast();
  else
    layouts_->placeFirst();
  for (const auto signal : {&Session::stateChanged, &Session::workersChanged})
    connect(&workbench.session, signal, this, &MainWindow::showStatus);
  connect(&workbench.session, &Session::projectChanged, this, &MainWindow::showPage);
  connect(&workbench.session, &Session::runsChanged, this, &MainWindow::showPage);
  showStatus();
  setOnStart(true);
  showPage();
}

MainWindow::~MainWindow() { qApp->removeEventFilter(this); }

void MainWindow::makePages() {
  auto* start = new StartPage(workbench_);
  connect(start, &StartPage::demoWanted, commands_, &Commands::runDemo);
  connect(start, &StartPage::newRunWanted, commands_, &Commands::newRun);
  connect(start, &StartPage::openWanted, commands_, &Commands::chooseProject);
  connect(start, &StartPage::exploreWanted, this, [this] { workbench_.show("ops"); });
  connect(start, &StartPage::projectWanted, this, &MainWindow::openProject);
  pages_->addWidget(start);
  pages_->addWidget(views_);
  auto* centre = new QWidget;
  auto* layout = new QVBoxLayout(centre);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(banner_ = new Banner(workbench_));
  layout->addWidget(new RecoveryBanner(workbench_));
  auto* libTorch = new LibTorchBanner(workbench_);
  layout->addWidget(libTorch);
  connect(libTorch, &LibTorchBanner::notice, this, &MainWindow::tell);
  layout->addWidget(pages_, 1);
  setCentralWidget(centre);
  connect(commands_, &Commands::notice, this, &MainWindow::tell);
  connect(&Alerts::of(workbench_.session), &Alerts::raised, banner_,
          [this](const Alert& alert) { banner_->showNotice(alert.text); });
  connect(actions_, &Actions::refused, this, &MainWindow::tell);
  connect(actions_, &Actions::failed, &workbench_.session, &Session::problem);
  auto* bar = new QToolBar(tr("Step cursor"));
  bar->setObjectName("cursorToolBar");
  bar->setMovable(false);
  bar->setContentsMargins(0, 0, 0, 0);
  bar->addWidget(cursor_ = new CursorBar(workbench_));
  addToolBar(Qt::BottomToolBarArea, bar);
}

// The buttons of the title can be reached by keys and have names.
static void nameTitleButtons(QDockWidget* dock) {
  for (auto [part, name] : {std::pair{"qt_dockwidget_floatbutton", QObject::tr("Float %1, or put it back")},
                            std::pair{"qt_dockwidget_closebutton", QObject::tr("Close %1")}}) {
    auto* button = dock->findChild<QAbstractButton*>(part);
    if (!button) continue;
    button->setAccessibleName(name.arg(dock->windowTitle()));
    button->setToolTip(button->accessibleName());
    button->setFocusPolicy(Qt::TabFocus);
  }
}

PanelWidget* MainWindow::make(const Panel& entry) {
  PanelWidget* made = panels_[entry.name] = entry.make(workbench_);
  made->setObjectName(entry.name);
  nameLists(made, tr(entry.title));
  return made;
}

bool MainWindow::makeNextPanel() {
  for (const Panel& entry : panels()) {
    if (panels_.contains(entry.name)) continue;
    if (entry.place == PanelPlace::view)
      views_->add(make(entry), tr(entry.title), tr(entry.help));
    else
      docks_.at(entry.name)->setWidget(make(entry));
    return true;
  }
  return false;
}

void MainWindow::makeDocks() {
  QDockWidget* lowest = nullptr;
  for (const Panel& entry : panels()) {
    if (entry.place == PanelPlace::view) continue;
    const bool bottom = entry.place == PanelPlace::bottom;  // hidden at first
    auto* dock = new QDockWidget(tr(entry.title));
    dock->setObjectName(QString(entry.name) + "Dock");
    if (entry.place == PanelPlace::left) dock->setWidget(make(entry));  // the others have nothing to say yet
    nameTitleButtons(dock);
    docks_[entry.name] = dock;
    const auto area = entry.place == PanelPlace::left    ? Qt::LeftDockWidgetArea
                      : entry.place == PanelPlace::right ? Qt::RightDockWidgetArea
                                                         : Qt::BottomDockWidgetArea;
    addDockWidget(area, dock);
    resizeDocks({dock}, {bottom ? 232 : 320}, bottom ? Qt::Vertical : Qt::Horizontal);
    dock->setVisible(!bottom);
    if (bottom && lowest) tabifyDockWidget(lowest, dock);
    if (bottom) lowest = dock;
  }
}

Views* MainWindow::views() {
  while (makeNextPanel()) {
  }
  return views_;
}

PanelWidget* MainWindow::panel(const QString& name) {
  views();
  const auto it = panels_.find(name);
  return it == panels_.end() ? nullptr : it->second;
}

void MainWindow::openProject(const QString& file) { commands_->openProject(file); }

void MainWindow::openFiles(const QStringList& files) {
  if (isMinimized()) showNormal();
  raise();
  activateWindow();
  commands_->openFiles(files);
}

void MainWindow::openLast() {
  const QString file = workbench_.settings.value("session/project").toString();
  const QString view = workbench_.settings.value("session/view").toString();
  if (file.isEmpty()) return;
  if (!QFileInfo::exists(file))
    return tell(tr("The project of the last session, %1, is not there any more.").arg(file));
  commands_->openProject(file, [this, view] {
    if (PanelWidget* last = panel(view)) views_->setCurrentWidget(last);
  });
}

void MainWindow::showStatus() {
  const Session& session = workbench_.session;
  const QString colour = workbench_.theme.colour(stateColour(session.state())).name();
  QStringList parts = statusText(session).toHtmlEscaped().split(QStringLiteral("    "));
  if (parts.size() > 1) {
    parts[0] = "<b>" + parts[0] + "</b>";
    parts[1] = QStringLiteral("<span style='color:%1'><b>%2</b></span>").arg(colour, parts[1]);
  }
  status_->setText(parts.join(QStringLiteral("&nbsp;&nbsp;&nbsp;&nbsp;")));
  status_->setToolTip(session.progress().title);
  if (closing_ && !session.isTraining()) QTimer::singleShot(0, this, &QWidget::close);
}

/// Another project, or its first run, brings its own page; a person's choice of page stays until then.
void MainWindow::showPage() {
  const Session& session = workbench_.session;
  const bool empty = !session.hasProject() || (session.runs().empty() && !session.isLive());
  if (empty != wasEmpty_ || session.projectFile() != shownProject_) setOnStart(empty);
  wasEmpty_ = empty;
  shownProject_ = session.projectFile();
  setWindowTitle(session.hasProject()
                     ? QFileInfo(session.projectFile()).completeBaseName() + tr(" - UADA Workbench")
                     : tr("UADA Workbench"));
  setWhyNot(actions_->action("file.close"), session.hasProject() ? QString() : tr("no project is open"));
}

/// A notice goes by itself, so that the log has it, too.
void MainWindow::tell(const QString& text) {
  Q_EMIT workbench_.session.logged(text);
  banner_->showNotice(text);
}

void MainWindow::setOnStart(bool isOnStart) {
  onStart_ = isOnStart;
  pages_->setCurrentIndex(isOnStart ? 0 : 1);
  // The page that is not seen must not widen the window.
  pages_->widget(0)->setSizePolicy(isOnStart ? QSizePolicy::Preferred : QSizePolicy::Ignored,
                                   QSizePolicy::Preferred);
  views_->setMinimumWidth(60 * kGrid);  // nor the widest bar of a view that is behind another
}

void MainWindow::paintEvent(QPaintEvent* event) {
  QMainWindow::paintEvent(event);
  if (paintedOnce_) return;
  paintedOnce_ = true;
  QTimer::singleShot(0, this, [this] {  // when the whole window has been painted and shown
    Q_EMIT painted();
    goOn();
  });
}

/// After the first paint: the other panels, one an event, so that none is long; then what needs them.
void MainWindow::goOn() {
  if (makeNextPanel()) return QTimer::singleShot(0, this, &MainWindow::goOn);
  layouts_->restoreFloating();
  takePanels();
  Q_EMIT complete();
}

// ---- keys

/// Whether the widget itself does something with that key, so that no action takes it away.
static bool usesKey(const QWidget* focus, const QKeyEvent& event) {
  const bool isPlain = (event.modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) == Qt::NoModifier;
  if (!focus || !isPlain) return false;
  const bool isList = focus->inherits("QAbstractItemView") || focus->inherits("QComboBox");
  const bool moves = isList || focus->inherits("QAbstractSlider") || focus->inherits("QTabBar");
  switch (event.key()) {
    case Qt::Key_Left:
    case Qt::Key_Right: return moves;
    case Qt::Key_Space: return isList || focus->inherits("QAbstractButton");
    default: return false;
  }
}

bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride) {
    const auto* key = static_cast<QKeyEvent*>(event);
    if (watched == QApplication::focusWidget() && usesKey(QApplication::focusWidget(), *key)) {
      event->accept();
      return true;
    }
  }
  if (showsPlainTip(watched, event)) return true;
  if (event->type() == QEvent::Polish && watched->isWidgetType()) {
    nameControl(static_cast<QWidget*>(watched));
    keepPlain(static_cast<QWidget*>(watched));
  }
  return QMainWindow::eventFilter(watched, event);
}

/// A key that nothing has taken: that of an action which cannot be done now is answered with the reason.
void MainWindow::keyPressEvent(QKeyEvent* event) {
  constexpr int kSeen = 8'000;  // ms
  const QString why = actions_->whyNotKey(QKeySequence(event->keyCombination()));
  if (why.isEmpty()) return QMainWindow::keyPressEvent(event);
  statusBar()->showMessage(why, kSeen);
  event->accept();
}

// ---- files that are dropped

static QStringList localFiles(const QMimeData& data) {
  QStringList files;
  for (const QUrl& url : data.urls())
    if (url.isLocalFile()) files << url.toLocalFile();
  return files;
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (!localFiles(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  event->acceptProposedAction();
  // Not within the drop: the program that it came from waits for its end.
  QMetaObject::invokeMethod(
      this, [this, files = localFiles(*event->mimeData())] { openFiles(files); }, Qt::QueuedConnection);
}

// ---- the end

bool MainWindow::askClose() {
  const Session& session = workbench_.session;
  QMessageBox box(QMessageBox::NoIcon, tr("A run is training"), statusText(session), {}, this);
  QString text = tr("It is stopped with a checkpoint before the window closes, and can be resumed later.");
  if (const int waiting = static_cast<int>(session.queued().size()); waiting > 0)
    text +=
        waiting == 1
            ? tr(" One run waits in the queue: it stays there, and begins when the queue is started again.")
            : tr(" %1 runs wait in the queue: they stay there, and begin when the queue is started again.")
                  .arg(waiting);
  box.setInformativeText(text);
  QPushButton* stop = box.addButton(tr("Stop and close"), QMessageBox::AcceptRole);
  box.setDefaultButton(stop);
  box.setEscapeButton(box.addButton(tr("Keep running"), QMessageBox::RejectRole));
  box.exec();
  return box.clickedButton() == stop;
}

void MainWindow::stopAndClose() {
  closing_ = true;
  Session& session = workbench_.session;
  session.stopWorkers();
  if (session.isLive()) session.training()->stopNow();
  if (!session.isTraining()) close();
}

void MainWindow::keep() {
  layouts_->saveLast();
  QSettings& settings = workbench_.settings;
  settings.setValue("session/project", workbench_.session.projectFile());
  const QWidget* front = views_->currentWidget();
  settings.setValue("session/view", front ? front->objectName() : QString());
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
  keep();
  // Windows of torn-off views are not left alone.
  for (QWidget* other : findChildren<QWidget*>(Qt::FindDirectChildrenOnly))
    if (other->isWindow()) other->hide();
  event->accept();
}

}  // namespace uada
