#include "widgets/session/Session.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "core/base/Error.h"
#include "core/store/LockStep.h"
#include "widgets/session/QtText.h"
#include "widgets/session/Remembered.h"
#include "widgets/session/Theme.h"

namespace uada {

static constexpr int kPollMs = 1000;
static constexpr int kKeepMs = 500;     // between a change and its writing
static constexpr int kMissedMs = 2000;  // until what the window was late for is read
static constexpr int kRetryMs = 5000;   // after a list that could not be read

Session::Session(const Theme& theme, EngineProvider engine, Answers answers)
    : theme_(theme),
      engine_(std::move(engine)),
      answers_(answers),
      colours_(theme),
      selection_([this](qint64 run) { return lastStepOf(run); }) {
  pollTimer_.setInterval(kPollMs);
  connect(&pollTimer_, &QTimer::timeout, this, &Session::poll);
  missedTimer_.setInterval(kMissedMs);
  missedTimer_.setSingleShot(true);
  connect(&missedTimer_, &QTimer::timeout, this, [this] {
    if (const qint64 run = progress().run; hasProject() && run != 0) Q_EMIT reloaded(run);
  });
  keepTimer_.setInterval(kKeepMs);
  keepTimer_.setSingleShot(true);
  connect(&keepTimer_, &QTimer::timeout, this, &Session::keepRemembered);
  connect(&selection_, &Selection::checkedChanged, this, &Session::rememberTicks);
  connect(&selection_, &Selection::ticked, this, &Session::keepTicks);
  connect(&histories_, &Histories::changed, this, &Session::reloaded);
  histories_.isShown = [this](qint64 run) { return run == liveRun() || selection_.isShown(run); };
}

Session::~Session() {
  stopWorkers();
  workers_.clear();
  training_.reset();
  giveUpDeleted();
  keepRemembered();
}

void Session::refuseWhileTraining(const std::string& what) const {
  if (isLive()) throw Error("cannot " + what + " while a run is training: stop it first");
  if (isTraining()) throw Error("cannot " + what + " while another process trains its queue: stop it first");
}

// ---- project

void Session::openProject(const QString& file, std::function<void()> then) {
  refuseWhileTraining("open another project");
  const std::filesystem::path path = QFileInfo(file).absoluteFilePath().toStdString();
  leave(std::move(opening_));
  opening_ = std::make_unique<ProjectView>(path, answers_);
  if (answers_ == Answers::atOnce) {
    auto list = opening_->firstList();
    adopt(std::move(opening_), std::move(list));
    return then();
  }
  connect(opening_.get(), &ProjectView::opened, this, [this, then](const std::shared_ptr<RunList>& list) {
    if (!isTraining()) {
      adopt(std::move(opening_), list);
      return then();
    }
    opening_.release()->deleteLater();
    Q_EMIT problem(tr("The project was not opened: a run is training; stop it first"));
  });
  connect(opening_.get(), &ProjectView::failed, this, [this](const QString& why) {
    opening_.release()->deleteLater();
    Q_EMIT problem(why);
  });
}

void Session::adopt(std::unique_ptr<ProjectView> view, std::shared_ptr<RunList> list) {
  closeProject();
  view_ = std::move(view);
  connect(view_.get(), &ProjectView::problem, this, &Session::problem);
  connect(view_.get(), &ProjectView::damaged, this, &Session::tellRemarks);
  list_ = std::move(list);
  dataVersion_ = list_->dataVersion;
  histories_.reset(view_.get());
  histories_.update(list_, 0);
  pollTimer_.start(kPollMs);
  remembered_ = view_->remembered();
  takeColours();
  tellTicks_ = false;                          // what nobody has chosen is not kept
  selection_.begin(list_, rememberedTicks());  // first: the panels ask for what is selected
  tellTicks_ = true;
  Q_EMIT projectChanged();
  Q_EMIT runsChanged();
  Q_EMIT queueChanged();
  Q_EMIT stateChanged();
  Q_EMIT logged(QStringLiteral("opened %1: %2 runs").arg(projectFile()).arg(runs().size()));
  if (!readOnly().isEmpty()) Q_EMIT logged(tr("opened to be read alone: %1").arg(readOnly()));
  if (!list_->isNamed()) refresh();
}

/// Nobody waits for what it is still reading.
void Session::leave(std::unique_ptr<ProjectView> view) {
  if (!view) return;
  view->disconnect(this);
  connect(view.get(), &ProjectView::ended, this, [this, gone = view.get()] {
    // Not within its own signal.
    QTimer::singleShot(0, this, [this, gone] {
      std::erase_if(leaving_, [gone](const auto& one) { return one.get() == gone; });
    });
  });
  view->close();
  leaving_.push_back(std::move(view));
}

void Session::closeProject() {
  refuseWhileTraining("close the project");
  if (view_) {
    keepRemembered();
    tellTicks_ = false;
    // While it can still be asked: a panel saves what was written about the run that is let go.
    selection_.begin(std::make_shared<const RunList>());
  }
  pollTimer_.stop();
  training_.reset();
  giveUpDeleted();
  predicting_.reset();
  landscaping_.reset();
  verifying_.reset();
  judging_.reset();
  leave(std::move(view_));
  list_ = std::make_shared<const RunList>();
  histories_.reset(nullptr);
  dataVersion_ = -1;
  polling_ = starting_ = false;
  begun_ = 0;
  awaited_.clear();
  lastPollProblem_.clear();
  remarks_.clear();
  remembered_ = Json::object();
  edits_.clear();
  failure_ = {};
  toResume_.clear();
  refused_.clear();
}

QString Session::readOnly() const { return view_ ? text(view_->readOnly()) : QString(); }

QString Session::projectFile() const { return view_ ? text(view_->file().string()) : QString(); }

ProjectView& Session::view() const {
  if (!view_) throw Error("no project is open: open or create one first");
  return *view_;
}

void Session::tellRemarks(const QStringList& remarks) {
  for (const QString& remark : remarks) {
    if (remarks_.contains(remark)) continue;
    remarks_ << remark;
    Q_EMIT problem(remark + tr("; restore a copy of the project if you need it"));
  }
}

/// Reads all runs but those that were deleted here, on the reader thread.
Session::Reading Session::reading() const {
  return [before = list_, hidden = deletedRuns()](const OpenProject& project) {
    return RunList::read(project.reader, before.get(), hidden);
  };
}

/// Changes the project, and then shows what it has become.
void Session::change(std::function<void(const OpenProject&)> work) {
  ask(
      this,
      [work = std::move(work), read = reading()](const OpenProject& project) {
        work(project);
        return read(project);
      },
      [this](std::optional<std::shared_ptr<RunList>> list) {
        if (list) takeList(std::move(*list));
      },
      Access::write);
}

void Session::refresh() {
  if (!hasProject()) return;
  ask(this, reading(), [this](std::optional<std::shared_ptr<RunList>> list) {
    if (list) takeList(std::move(*list));
  });
}

void Session::takeList(std::shared_ptr<RunList> list) {
  // One that was read before the run had a row may come after the run has begun.
  if (list->find(begun_))
    begun_ = 0;
  else if (const RunSummary* run = find(begun_))
    list = RunList::with(*list, *run);
  for (RunSummary& run : list->runs) {
    if (run.id != liveRun()) continue;
    run.state = state() == SessionState::paused     ? RunState::paused
                : state() == SessionState::stopping ? RunState::stopping
                : state() == SessionState::running  ? RunState::running
                                                    : RunState::preparing;
    run.epoch = std::max(run.epoch, progress().epoch);
    run.step = std::max<std::int64_t>(run.step, progress().step);
  }
  const bool isSameQueue =
      std::ranges::equal(list->queue, list_->queue, {}, &QueuedRun::id, &QueuedRun::id) &&
      list->queueRules == list_->queueRules;
  list_ = std::move(list);
  dataVersion_ = list_->dataVersion;
  takeColours();
  histories_.update(list_, liveRun());
  if (!isSameQueue) Q_EMIT queueChanged();
  Q_EMIT runsChanged();
  selection_.update(list_);
  showAwaited();
}

/// What another process of this window trains is shown as its own run is, unless it trains one.
void Session::showAwaited() {
  std::vector<qint64> known;
  std::erase_if(awaited_, [&](qint64 run) { return find(run) && (known.push_back(run), true); });
  if (isLive()) return;
  for (const qint64 run : known) selection_.showLive(run);
}

void Session::poll() {
  if (!hasProject() || polling_) return;
  const QString trouble = readOnly().isEmpty() ? text(view_->writer().problem()) : QString();
  if (trouble != lastWriterProblem_ && !trouble.isEmpty()) Q_EMIT problem(trouble);
  lastWriterProblem_ = trouble;
  readChanges();
}

struct Session::Changes {
  std::shared_ptr<RunList> list;  ///< null: there are none
  std::chrono::milliseconds took{};
  QString why;  ///< it could not be read; "": it could
};

/// The list, if anything was committed since it was read.
void Session::readChanges() {
  polling_ = true;
  ask(
      this,
      [last = dataVersion_, read = reading()](const OpenProject& project) {
        const auto start = std::chrono::steady_clock::now();
        Changes changes;
        try {
          if (project.reader.dataVersion() != last) changes.list = read(project);
        } catch (const std::exception& error) {
          changes.why = text(problemText(error));
        }
        changes.took =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
        return changes;
      },
      [this](std::optional<Changes> changes) {
        polling_ = false;
        if (changes) takeChanges(std::move(*changes));
      });
}

/// What keeps the list from being read may pass, so it is asked for again; each reason is told once.
void Session::takeChanges(Changes changes) {
  const QString before = std::exchange(lastPollProblem_, changes.why);
  if (!changes.why.isEmpty()) {
    pollTimer_.setInterval(std::max(kRetryMs, pollTimer_.interval()));
    if (changes.why != before) Q_EMIT problem(changes.why);
    return;
  }
  if (!changes.list) {
    if (!before.isEmpty()) pollTimer_.setInterval(kPollMs);
    return;
  }
  // A large project is asked less often: never more than a twentieth of the time.
  pollTimer_.setInterval(std::max<int>(kPollMs, static_cast<int>(20 * changes.took.count())));
  takeList(std::move(changes.list));
}

QColor Session::colour(qint64 run) const {
  const SeedGroup* group = list_->groupOf(run);
  return group ? colours_.ofSeed(*group, list_->seedPlace(run)) : theme_.groupColour(0);
}

QColor Session::groupColour(qint64 run) const {
  const SeedGroup* group = list_->groupOf(run);
  return group ? colours_.of(*group) : theme_.groupColour(0);
}

qint64 Session::lastStepOf(qint64 run) const {
  if (run != 0 && run == liveRun()) return progress().step;
  const RunSummary* summary = find(run);
  return summary ? summary->step : 0;
}

// ---- other processes

std::vector<const QueueWorker*> Session::workers() const {
  std::vector<const QueueWorker*> live;
  for (const auto& worker : workers_)
    if (worker->isLive()) live.push_back(worker.get());
  return live;
}

void Session::startWorker(const QString& device) { addWorker(QueueWorker::ofQueue(projectFile(), device)); }

void Session::startTwins(const std::vector<RunConfig>& runs) {
  twinGroups(runs);  // throws where they are none
  view().writer();
  ask(
      this, [runs](const OpenProject& project) { return project.writer().queue(runs); },
      [this](std::optional<std::vector<std::int64_t>> queued) {
        if (queued) addWorker(QueueWorker::ofTwins(projectFile(), {queued->begin(), queued->end()}));
      },
      Access::write);
}

void Session::startDirections(qint64 run, int epochs) {
  if (const RunSummary* known = find(run))
    addWorker(QueueWorker::ofDirections(projectFile(), text(known->key), epochs));
}

void Session::addWorker(const QueueWorker::Training& training) {
  view().writer();  // there is a project, and it can be changed
  std::erase_if(workers_, [](const auto& worker) { return !worker->isLive(); });
  const QString program =
      workerProgram.isEmpty() ? QCoreApplication::applicationDirPath() + "/uada" : workerProgram;
  const auto& worker = workers_.emplace_back(std::make_unique<QueueWorker>(program, training));
  connect(worker.get(), &QueueWorker::changed, this, &Session::workersChanged);
  connect(worker.get(), &QueueWorker::begun, this, [this](qint64 run) {
    awaited_.insert(run);
    refresh();
  });
  connect(worker.get(), &QueueWorker::logged, this, &Session::logged);
  connect(worker.get(), &QueueWorker::problem, this, &Session::problem);
  Q_EMIT workersChanged();
}

void Session::stopWorkers() {
  for (const auto& worker : workers_) worker->stop();
}

void Session::dismissFailure() {
  failure_ = {};
  if (training_) training_->dismissFailure();
  Q_EMIT stateChanged();
}

}  // namespace uada
