#include "widgets/panels/runs/QueueBox.h"

#include <QAction>
#include <QDropEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "widgets/forms/RunPlan.h"
#include "widgets/models/Words.h"
#include "widgets/session/QueueNames.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

constexpr int kIdRole = Qt::UserRole, kTitleRole = Qt::UserRole + 1;

/// "fashion_mnist · resnet · uada · seed 1 · 3 epochs · device cpu"
QString detailsText(const RunConfig& config) {
  return QObject::tr("%1 · %2 · %3 · seed %4 · %5 epochs · device %6")
      .arg(q(config.recipe.dataset.name), q(config.recipe.model.name), q(config.method.name))
      .arg(config.seed)
      .arg(config.recipe.training.epochs)
      .arg(q(config.runtime.device));
}

QToolButton* button(const Theme& theme, const QString& icon, const char* name, const QString& help) {
  auto* made = new QToolButton;
  made->setObjectName(name);
  made->setAutoRaise(true);
  made->setIcon(theme.icon(icon));
  made->setToolTip(help);
  made->setAccessibleName(help);
  return made;
}

}  // namespace

// ---- the list

QueueList::QueueList(QWidget* parent) : QTreeWidget(parent) {
  setObjectName("queue");
  setColumnCount(2);
  setHeaderHidden(true);
  setRootIsDecorated(false);
  setUniformRowHeights(true);
  setTextElideMode(Qt::ElideLeft);  // method and seed stand at the end
  setSelectionMode(ExtendedSelection);
  setDragDropMode(InternalMove);
  setContextMenuPolicy(Qt::ActionsContextMenu);
  setMaximumHeight(20 * kGrid);
  header()->setStretchLastSection(false);
  header()->setSectionResizeMode(0, QHeaderView::Stretch);
  header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
}

qint64 QueueList::runAt(const QTreeWidgetItem* item) const {
  return item ? item->data(0, kIdRole).toLongLong() : 0;
}

std::vector<qint64> QueueList::chosen() const {
  std::vector<qint64> runs;
  for (int i = 0; i < topLevelItemCount(); ++i)
    if (topLevelItem(i)->isSelected()) runs.push_back(runAt(topLevelItem(i)));
  return runs;
}

/// The project says what has become of the order: nothing is moved here.
void QueueList::dropEvent(QDropEvent* event) {
  QTreeWidgetItem* target = itemAt(event->position().toPoint());
  int row = target ? indexOfTopLevelItem(target) : topLevelItemCount();
  if (target && dropIndicatorPosition() == BelowItem) ++row;
  while (row < topLevelItemCount() && topLevelItem(row)->isSelected()) ++row;
  Q_EMIT moveWanted(chosen(), runAt(topLevelItem(row)));
  event->setDropAction(Qt::IgnoreAction);
  event->accept();
}

// ---- the box

QueueBox::QueueBox(const Workbench& workbench, QWidget* parent)
    : QWidget(parent),
      workbench_(workbench),
      title_(new QLabel),
      list_(new QueueList),
      workers_(new QLabel),
      pause_(button(workbench.theme, "pause", "pauseQueue",
                    tr("Pause the queue: no next run begins; the one that trains goes on"))),
      up_(button(workbench.theme, "arrow-up", "queueUp", tr("Earlier (Alt+Up)"))),
      down_(button(workbench.theme, "arrow-down", "queueDown", tr("Later (Alt+Down)"))),
      out_(button(workbench.theme, "close", "queueOut",
                  tr("Take out of the queue (Delete): it is not trained; Undo puts it back"))) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  makeHead();
  layout->addWidget(list_);
  layout->addWidget(workers_);
  makeActions();
  Session& session = workbench.session;
  connect(list_, &QueueList::moveWanted, this, [this](const std::vector<qint64>& runs, qint64 before) {
    guarded([&] { workbench_.session.moveQueued(runs, before); });
  });
  for (const auto signal : {&Session::queueChanged, &Session::projectChanged})
    connect(&session, signal, this, &QueueBox::update);
  connect(&session, &Session::projectChanged, this, &QueueBox::updateWritable);
  connect(&session, &Session::workersChanged, this, &QueueBox::updateWorkers);
  update();
  updateWritable();
  updateWorkers();
}

void QueueBox::makeHead() {
  auto* head = new QHBoxLayout;
  head->setContentsMargins(kGrid, kGrid / 2, kGrid / 2, 0);
  head->setSpacing(0);
  title_->setObjectName("muted");
  head->addWidget(title_, 1);
  pause_->setCheckable(true);
  for (QToolButton* one : {pause_, up_, down_, out_}) head->addWidget(one);
  static_cast<QVBoxLayout*>(layout())->addLayout(head);
  connect(up_, &QToolButton::clicked, this, [this] { move(-1); });
  connect(down_, &QToolButton::clicked, this, [this] { move(1); });
}

QAction* QueueBox::action(const QString& text, const QString& definition, std::function<void()> what) {
  auto* made = new QAction(definition.isEmpty() ? text : tr("%1: %2").arg(text, definition), this);
  made->setShortcutContext(Qt::WidgetShortcut);
  connect(made, &QAction::triggered, this, [this, what = std::move(what)] { guarded(what); });
  list_->addAction(made);
  changing_.push_back(made);
  return made;
}

void QueueBox::makeActions() {
  Session& session = workbench_.session;
  QAction* out = action(tr("Take out"), tr("the run is not trained; Undo puts it back"),
                        [this, &session] { session.unqueue(list_->chosen()); });
  out->setShortcut(QKeySequence(Qt::SHIFT | Qt::Key_Delete));
  connect(out_, &QToolButton::clicked, out, &QAction::trigger);
  action(tr("Earlier"), {}, [this] { move(-1); })->setShortcut(Qt::ALT | Qt::Key_Up);
  action(tr("Later"), {}, [this] { move(1); })->setShortcut(Qt::ALT | Qt::Key_Down);
  action(tr("First"), {}, [this, &session] {
    if (!session.queued().empty()) session.moveQueued(list_->chosen(), session.queued().front().id);
  });
  action(tr("Last"), {}, [this, &session] { session.moveQueued(list_->chosen(), 0); });
  action({}, {}, [] {})->setSeparator(true);
  const auto setRules = [&session](bool QueueRules::* rule) {
    return [&session, rule] {
      QueueRules rules = session.queueRules();
      rules.*rule = !(rules.*rule);
      session.setQueueRules(rules);
    };
  };
  pauseAction_ = action(tr("Pause the queue"), tr("no next run begins; the one that trains goes on"),
                        setRules(&QueueRules::isPaused));
  stopsAction_ = action(tr("Stop after a failure"), tr("a run that fails keeps the next ones back"),
                        setRules(&QueueRules::stopsAfterFailure));
  for (QAction* one : {pauseAction_, stopsAction_}) one->setCheckable(true);
  connect(pause_, &QToolButton::clicked, pauseAction_, &QAction::trigger);
  // What ends the run that trains stands in the tool bar; its word belongs with the others.
  QAction* stop = action(tr("Stop, in the tool bar"),
                         tr("the run that trains saves a checkpoint and ends; it "
                            "can be resumed, and the queue waits"),
                         [] {});
  stop->setEnabled(false);
  changing_.pop_back();
  action({}, {}, [] {})->setSeparator(true);
  action(tr("Train the queue in another process, too..."), {}, [this] { startWorker(); });
  auto* stopWorkers = new QAction(tr("Stop the other processes"), this);
  connect(stopWorkers, &QAction::triggered, &session, &Session::stopWorkers);
  list_->addAction(stopWorkers);
  workers_->addAction(stopWorkers);
  workers_->setContextMenuPolicy(Qt::ActionsContextMenu);
  workers_->setObjectName("workers");
  workers_->setWordWrap(true);
  workers_->setContentsMargins(kGrid, 0, kGrid, kGrid / 2);
}

// A user action starts here, so its errors end here.
void QueueBox::guarded(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
  }
  update();  // a button that was checked shows what holds
}

void QueueBox::move(int by) {
  const auto& queue = workbench_.session.queued();
  const std::vector<qint64> chosen = list_->chosen();
  if (chosen.empty()) return;
  const auto place = [&](qint64 run) {
    return std::ranges::find(queue, run, &QueuedRun::id) - queue.begin();
  };
  const auto count = static_cast<std::ptrdiff_t>(queue.size());
  const std::ptrdiff_t to = by < 0 ? std::max<std::ptrdiff_t>(0, place(chosen.front()) - 1)
                                   : place(chosen.back()) + 2;  // before the one after the next
  guarded([&] { workbench_.session.moveQueued(chosen, to < count ? queue[to].id : 0); });
}

void QueueBox::update() {
  const auto& queue = workbench_.session.queued();
  const std::vector<qint64> chosen = list_->chosen();
  list_->clear();
  for (const QueuedRun& run : queue) {
    auto* item = new QTreeWidgetItem(list_, {q(run.title)});
    item->setData(0, kIdRole, QVariant::fromValue<qint64>(run.id));
    item->setData(0, kTitleRole, q(run.title));
    item->setFlags(item->flags() & ~Qt::ItemIsDropEnabled);
    item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    item->setSelected(std::ranges::find(chosen, run.id) != chosen.end());
  }
  const QueueRules& rules = workbench_.session.queueRules();
  pause_->setChecked(rules.isPaused);
  pauseAction_->setChecked(rules.isPaused);
  stopsAction_->setChecked(rules.stopsAfterFailure);
  const bool isSeen = !queue.empty() || rules.isPaused;
  list_->setVisible(!queue.empty());
  title_->setVisible(isSeen);
  for (QToolButton* one : {pause_, up_, down_, out_}) one->setVisible(isSeen);
  std::erase_if(details_, [&](const auto& known) {
    return std::ranges::find(queue, known.first, &QueuedRun::id) == queue.end();
  });
  showTimes();
  readDetails();
}

/// Of all that wait: what one is called depends on the others.
void QueueBox::readDetails() {
  std::vector<qint64> waiting;
  bool isKnown = true;
  for (const QueuedRun& run : workbench_.session.queued()) {
    waiting.push_back(run.id);
    isKnown = !details_.try_emplace(run.id).second && isKnown;  // is asked for
  }
  if (isKnown) return;
  workbench_.session.ask(
      this,
      [waiting, list = workbench_.session.list()](const OpenProject& project) {
        const auto rates = ratesOfThisMachine(project.reader);
        std::map<qint64, Details> read;
        std::map<qint64, RunConfig> configs;
        for (const qint64 run : waiting) {
          try {
            const RunConfig config = project.reader.queuedConfig(run);
            read[run] = {planCost({config}, rates).seconds, {}, detailsText(config)};
            configs.emplace(run, config);
          } catch (const Error& error) {  // it was taken meanwhile, or is damaged
            read[run].text = q(error.what());
          }
        }
        for (const auto& [run, name] : queueNames(*list, configs)) read[run].name = name;
        return read;
      },
      [this](std::optional<std::map<qint64, Details>> read) {
        if (!read) return;
        for (auto& [run, details] : *read)
          if (details_.contains(run)) details_[run] = std::move(details);
        showTimes();
      });
}

void QueueBox::showTimes() {
  double seconds = 0;
  bool isKnown = true;
  for (int i = 0; i < list_->topLevelItemCount(); ++i) {
    QTreeWidgetItem* item = list_->topLevelItem(i);
    const auto known = details_.find(list_->runAt(item));
    const Details details = known == details_.end() ? Details() : known->second;
    const QString time = details.seconds ? q(durationText(*details.seconds)) : QString();
    const QString title = item->data(0, kTitleRole).toString();
    item->setText(0, details.name.isEmpty() ? title : details.name);
    item->setText(1, time);
    item->setToolTip(0, QStringLiteral("%1\n%2").arg(title, details.text).trimmed());
    item->setToolTip(1, time.isEmpty() ? tr("Not known: no run like it has finished yet")
                                       : tr("About, as a run like it took"));
    seconds += details.seconds.value_or(0);
    isKnown = isKnown && details.seconds;
  }
  QStringList parts{tr("QUEUE (%1)").arg(list_->topLevelItemCount())};
  if (workbench_.session.queueRules().isPaused) parts << tr("paused");
  if (seconds > 0) parts << (isKnown ? tr("about %1") : tr("over %1")).arg(q(durationText(seconds)));
  title_->setText(parts.join(QStringLiteral(" · ")));
}

/// The devices are asked for each time: they may have changed.
void QueueBox::startWorker() {
  search_.reset(new DeviceSearch(engine));
  connect(search_.get(), &DeviceSearch::found, this, &QueueBox::askDevice);
}

void QueueBox::askDevice(const std::vector<DeviceInfo>& devices) {
  const QString asRunsSay = tr("as each run says");
  QStringList names{asRunsSay};
  for (const DeviceInfo& device : devices)
    if (device.usable) names << q(device.name);
  auto* dialog = new QInputDialog(this);
  dialog->setObjectName("worker_device");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(tr("Train the queue in another process"));
  dialog->setLabelText(tr("Device"));
  dialog->setComboBoxItems(names);
  connect(dialog, &QInputDialog::textValueSelected, this, [this, asRunsSay](const QString& device) {
    guarded([&] { workbench_.session.startWorker(device == asRunsSay ? QString() : device); });
  });
  dialog->open();
}

void QueueBox::updateWorkers() {
  QStringList lines;
  for (const QueueWorker* worker : workbench_.session.workers()) lines << worker->text();
  workers_->setText(lines.join('\n'));
  workers_->setToolTip(
      tr("Other processes that train the queue; right-click to stop them with a checkpoint"));
  workers_->setVisible(!lines.isEmpty());
}

/// What changes the project is not to be had where that can only be read, and says why.
void QueueBox::updateWritable() {
  const QString why = workbench_.session.readOnly();
  for (QAction* one : changing_) {
    one->setEnabled(why.isEmpty());
    one->setToolTip(why);
  }
  for (QToolButton* one : {pause_, up_, down_, out_}) one->setEnabled(why.isEmpty());
  list_->setDragEnabled(why.isEmpty());
}

}  // namespace uada
