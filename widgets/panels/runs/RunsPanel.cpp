#include <QAction>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include "core/base/Error.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/runs/RunNames.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

/// The list of runs with its filter, and the queue under it.
class RunsPanel : public PanelWidget {
 public:
  explicit RunsPanel(const Workbench& workbench);

 private:
  QWidget* makeHead();
  void makeList();
  void makeQueue();
  void updateQueue();
  void takeOut();
  void startWorker();
  void updateWorkers();
  void followSelection();
  void updateEmpty();
  void updateWritable();
  void contextMenu(const QPoint& position);
  bool eventFilter(QObject* watched, QEvent* event) override;
  qint64 runAt(const QModelIndex& index) const { return index.data(RunsModel::kRunRole).toLongLong(); }
  void removeRun(qint64 run);

  QStackedWidget* pages_ = new QStackedWidget;
  QTreeView* list_ = new QTreeView;
  RunsModel* runs_ = nullptr;
  QSortFilterProxyModel* rows_ = nullptr;
  QLabel* queueTitle_ = new QLabel;
  QListWidget* queue_ = new QListWidget;
  QLabel* workers_ = new QLabel;  ///< other processes that train the queue
  QToolButton* newRun_ = new QToolButton;
  QAction *takeOut_ = nullptr, *startWorker_ = nullptr;
};

RunsPanel::RunsPanel(const Workbench& workbench) : PanelWidget(workbench) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(makeHead());
  makeList();
  pages_->addWidget(list_);
  pages_->addWidget(emptyState(workbench, tr("Runs will be listed here"),
                               tr("New run (Ctrl+N) sets one up; Run > Run the demo trains eight small ones"),
                               "runs"));
  layout->addWidget(pages_, 1);
  makeQueue();
  layout->addWidget(queueTitle_);
  layout->addWidget(queue_);
  layout->addWidget(workers_);
  connect(&workbench.session, &Session::queueChanged, this, &RunsPanel::updateQueue);
  connect(&workbench.session.selection(), &Selection::selectionChanged, this, &RunsPanel::followSelection);
  for (const auto signal : {&Session::runsChanged, &Session::projectChanged}) {
    connect(&workbench.session, signal, this, [this] {
      updateEmpty();
      followSelection();
    });
  }
  connect(&workbench.session, &Session::projectChanged, this, &RunsPanel::updateWritable);
  updateQueue();
  updateWorkers();
  updateEmpty();
  updateWritable();
  followSelection();
}

void RunsPanel::makeQueue() {
  queueTitle_->setObjectName("muted");
  queueTitle_->setContentsMargins(kGrid, kGrid, kGrid, kGrid / 2);
  queue_->setObjectName("queue");
  queue_->setMaximumHeight(16 * kGrid);
  queue_->setContextMenuPolicy(Qt::ActionsContextMenu);
  takeOut_ = new QAction(tr("Take out of the queue"), this);
  takeOut_->setShortcut(Qt::Key_Delete);
  takeOut_->setShortcutContext(Qt::WidgetShortcut);
  connect(takeOut_, &QAction::triggered, this, [this] { takeOut(); });
  startWorker_ = new QAction(tr("Train the queue in another process, too..."), this);
  auto* stop = new QAction(tr("Stop the other processes"), this);
  for (QAction* action : {takeOut_, startWorker_, stop}) queue_->addAction(action);
  workers_->addAction(stop);
  workers_->setContextMenuPolicy(Qt::ActionsContextMenu);
  workers_->setObjectName("workers");
  workers_->setWordWrap(true);
  workers_->setContentsMargins(kGrid, 0, kGrid, kGrid / 2);
  connect(startWorker_, &QAction::triggered, this, [this] { startWorker(); });
  connect(stop, &QAction::triggered, &workbench_.session, &Session::stopWorkers);
  connect(&workbench_.session, &Session::workersChanged, this, &RunsPanel::updateWorkers);
}

QWidget* RunsPanel::makeHead() {
  auto* head = new QWidget;
  auto* layout = new QHBoxLayout(head);
  layout->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid);
  auto* filter = new QLineEdit;
  filter->setObjectName("filter");
  filter->setPlaceholderText(tr("Filter: name, method, tag, state"));
  filter->setClearButtonEnabled(true);
  connect(filter, &QLineEdit::textChanged, this,
          [this](const QString& text) { rows_->setFilterFixedString(text); });
  newRun_->setObjectName("newRun");
  newRun_->setAutoRaise(true);
  newRun_->setIcon(workbench_.theme.icon("new"));
  connect(newRun_, &QToolButton::clicked, this, [this] { workbench_.newRun(); });
  layout->addWidget(filter, 1);
  layout->addWidget(newRun_);
  return head;
}

void RunsPanel::makeList() {
  rows_ = new QSortFilterProxyModel(this);
  runs_ = new RunsModel(workbench_.session, workbench_.theme, this);
  rows_->setSourceModel(runs_);
  rows_->setFilterCaseSensitivity(Qt::CaseInsensitive);
  rows_->setFilterRole(RunsModel::kTextRole);
  rows_->setFilterKeyColumn(0);
  list_->setObjectName("runs");
  list_->setModel(rows_);
  list_->setRootIsDecorated(false);
  list_->setUniformRowHeights(true);
  list_->setSelectionBehavior(QAbstractItemView::SelectRows);
  list_->setContextMenuPolicy(Qt::CustomContextMenu);
  list_->setTextElideMode(Qt::ElideMiddle);
  list_->setItemDelegateForColumn(RunsModel::title, new RunNameDelegate(list_));
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);  // the names give way instead
  list_->setMinimumWidth(28 * kGrid);
  QHeaderView* header = list_->header();
  header->setStretchLastSection(false);
  header->setMinimumSectionSize(3 * kGrid);
  header->setResizeContentsPrecision(0);  // what is seen: a list may have thousands of rows
  header->setSectionResizeMode(QHeaderView::ResizeToContents);
  header->setSectionResizeMode(RunsModel::title, QHeaderView::Stretch);
  list_->installEventFilter(this);
  for (const int column : {RunsModel::square, RunsModel::state}) {
    header->setSectionResizeMode(column, QHeaderView::Fixed);
    header->resizeSection(column, 4 * kGrid);
  }
  connect(list_, &QTreeView::clicked, this, [this](const QModelIndex& index) {
    Session& session = workbench_.session;
    const qint64 run = runAt(index);
    if (index.column() == RunsModel::square)
      session.selection().setChecked(run, !session.selection().isChecked(run));
  });
  connect(list_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& index) {
            if (index.isValid()) workbench_.session.selection().select(runAt(index));
          });
  connect(list_, &QTreeView::customContextMenuRequested, this, &RunsPanel::contextMenu);
}

/// In a narrow list the epoch gives its room to the name.
bool RunsPanel::eventFilter(QObject* watched, QEvent* event) {
  constexpr int kNarrow = 42 * kGrid;  // of a list with room for all columns and the usual names
  if (watched == list_ && event->type() == QEvent::Resize)
    list_->setColumnHidden(RunsModel::epoch, list_->width() < kNarrow);
  return PanelWidget::eventFilter(watched, event);
}

void RunsPanel::followSelection() {
  const qint64 selected = workbench_.session.selection().run();
  if (list_->currentIndex().isValid() && runAt(list_->currentIndex()) == selected) return;
  const QModelIndex index = rows_->mapFromSource(runs_->indexOf(selected, RunsModel::title));
  if (index.isValid()) list_->setCurrentIndex(index);
}

void RunsPanel::updateEmpty() { pages_->setCurrentIndex(workbench_.session.runs().empty() ? 1 : 0); }

/// What changes the project is not to be had where that can only be read, and says why.
void RunsPanel::updateWritable() {
  const QString why = workbench_.session.readOnly();
  newRun_->setEnabled(why.isEmpty());
  newRun_->setToolTip(why.isEmpty() ? tr("New run (Ctrl+N)") : why);
  for (QAction* action : {takeOut_, startWorker_}) {
    action->setEnabled(why.isEmpty());
    action->setToolTip(why);
  }
}

void RunsPanel::updateQueue() {
  const auto& queue = workbench_.session.queued();
  queue_->clear();
  for (const QueuedRun& run : queue) {
    auto* item = new QListWidgetItem(QString::fromStdString(run.title), queue_);
    item->setData(RunsModel::kRunRole, QVariant::fromValue<qint64>(run.id));
  }
  queueTitle_->setText(tr("QUEUE (%1)").arg(queue.size()));
  queue_->setVisible(!queue.empty());
  queueTitle_->setVisible(!queue.empty());
}

/// The chosen run of the queue. Another program may have taken it since.
void RunsPanel::takeOut() {
  const QListWidgetItem* chosen = queue_->currentItem();
  if (!chosen) return;
  try {
    workbench_.session.unqueue(chosen->data(RunsModel::kRunRole).toLongLong());
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
  }
}

void RunsPanel::startWorker() {
  const QString asRunsSay = tr("as each run says");
  bool isChosen = false;
  const QString device =
      QInputDialog::getItem(this, tr("Train the queue in another process"), tr("Device"),
                            {asRunsSay, "cpu", "cuda", "cuda:0", "cuda:1"}, 0, true, &isChosen);
  if (!isChosen) return;
  try {
    workbench_.session.startWorker(device == asRunsSay ? QString() : device);
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
  }
}

void RunsPanel::updateWorkers() {
  QStringList lines;
  for (const QueueWorker* worker : workbench_.session.workers()) lines << worker->text();
  workers_->setText(lines.join('\n'));
  workers_->setToolTip(
      tr("Other processes that train the queue; right-click to stop them with a checkpoint"));
  workers_->setVisible(!lines.isEmpty());
}

void RunsPanel::contextMenu(const QPoint& position) {
  const QModelIndex index = list_->indexAt(position);
  if (!index.isValid()) return;
  Session& session = workbench_.session;
  const qint64 run = runAt(index);
  QMenu menu;
  menu.setToolTipsVisible(true);
  QAction* compare = menu.addAction(tr("Compare"));
  compare->setCheckable(true);
  compare->setChecked(session.selection().isChecked(run));
  connect(compare, &QAction::triggered, this,
          [&session, run](bool on) { session.selection().setChecked(run, on); });
  const RunSummary* summary = session.find(run);
  QAction* resume = menu.addAction(tr("Resume from its newest checkpoint"));
  const QString why = session.readOnly();
  resume->setEnabled(why.isEmpty() && summary && !session.isLive() && summary->state > RunState::finished);
  resume->setToolTip(why);
  connect(resume, &QAction::triggered, this, [this, run] {
    try {
      workbench_.session.resumeRun(run);
    } catch (const std::exception& error) {
      Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
    }
  });
  menu.addSeparator();
  QAction* remove = menu.addAction(tr("Delete..."));
  remove->setEnabled(why.isEmpty() && run != session.liveRun());
  remove->setToolTip(why);
  connect(remove, &QAction::triggered, this, [this, run] { removeRun(run); });
  menu.exec(list_->viewport()->mapToGlobal(position));
}

// Asked, because it cannot be undone.
void RunsPanel::removeRun(qint64 run) {
  const RunSummary* summary = workbench_.session.find(run);
  if (!summary) return;
  const auto answer = QMessageBox::question(
      this, tr("Delete run"),
      tr("Delete %1 with its curves, decisions and checkpoints?\nThis cannot be undone.")
          .arg(QString::fromStdString(summary->title)),
      QMessageBox::Yes | QMessageBox::Cancel, QMessageBox::Cancel);
  if (answer != QMessageBox::Yes) return;
  try {
    workbench_.session.removeRun(run);
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
  }
}

}  // namespace

Panel panel::runs() {
  return {"runs", "Runs", "The project's runs: state, progress and main test metric; the queue",
          [](const Workbench& workbench) -> PanelWidget* { return new RunsPanel(workbench); }};
}

}  // namespace uada
