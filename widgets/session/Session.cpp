#include "widgets/session/Session.h"

#include <QFileInfo>
#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "core/base/Error.h"
#include "core/tables/Cost.h"
#include "widgets/session/LiveRun.h"
#include "widgets/session/Theme.h"

namespace uada {

static constexpr int kDrainMs = 33;
static constexpr int kPollMs = 1000;

static QString text(const std::string& s) { return QString::fromStdString(s); }

Session::Session(const Theme& theme, EngineProvider engine, Answers answers)
    : theme_(theme), engine_(std::move(engine)), answers_(answers) {
  drainTimer_.setInterval(kDrainMs);
  pollTimer_.setInterval(kPollMs);
  connect(&drainTimer_, &QTimer::timeout, this, &Session::drain);
  connect(&pollTimer_, &QTimer::timeout, this, &Session::poll);
  connect(&histories_, &Histories::changed, this, &Session::reloaded);
  histories_.isShown = [this](qint64 run) {
    return run == liveRun() || run == selected_ || checked_.contains(run);
  };
}

Session::~Session() { live_.reset(); }

// ---- project

void Session::openProject(const QString& file, std::function<void()> then) {
  if (isLive()) throw Error("cannot open another project while a run is training: stop it first");
  const std::filesystem::path path = QFileInfo(file).absoluteFilePath().toStdString();
  leave(std::move(opening_));
  opening_ = std::make_unique<ProjectView>(path, answers_);
  if (answers_ == Answers::atOnce) {
    auto list = opening_->firstList();
    adopt(std::move(opening_), std::move(list));
    return then();
  }
  connect(opening_.get(), &ProjectView::opened, this, [this, then](const std::shared_ptr<RunList>& list) {
    if (!isLive()) {
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
  if (!runs().empty()) {
    selected_ = runs().front().id;
    for (const RunSummary& run : runs()) {  // the newest run's comparison: as many as there are plain colours
      if (recipeAndData(run) == recipeAndData(runs().front()) && checked_.size() < 7) {
        checked_.insert(run.id);
      }
    }
  }
  cursor_ = lastStep();
  pollTimer_.start();
  Q_EMIT projectChanged();
  Q_EMIT runsChanged();
  Q_EMIT checkedChanged();
  Q_EMIT selectionChanged(selected_);
  Q_EMIT cursorChanged(cursor_);
  Q_EMIT queueChanged();
  Q_EMIT stateChanged();
  Q_EMIT logged(QStringLiteral("opened %1: %2 runs").arg(projectFile()).arg(runs().size()));
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
  if (isLive()) throw Error("cannot close the project while a run is training: stop it first");
  pollTimer_.stop();
  live_.reset();
  leave(std::move(view_));
  list_ = std::make_shared<const RunList>();
  histories_.reset(nullptr);
  checked_.clear();
  selected_ = cursor_ = 0;
  dataVersion_ = -1;
  polling_ = starting_ = false;
  follow_ = true;
  failure_.clear();
  progress_ = {};
  remarks_.clear();
  state_ = SessionState::idle;
}

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

/// Changes the project, and then shows what it has become.
template <class Work>
void Session::change(Work work) {
  ask(
      this,
      [work = std::move(work)](const OpenProject& project) {
        work(project);
        return RunList::read(project.reader);
      },
      [this](std::optional<std::shared_ptr<RunList>> list) {
        if (list) takeList(std::move(*list));
      });
}

void Session::refresh() {
  if (hasProject()) change([](const OpenProject&) {});
}

void Session::takeList(std::shared_ptr<RunList> list) {
  for (RunSummary& run : list->runs) {
    if (run.id != liveRun()) continue;
    run.state = state_ == SessionState::paused     ? RunState::paused
                : state_ == SessionState::stopping ? RunState::stopping
                : state_ == SessionState::running  ? RunState::running
                                                   : RunState::preparing;
    run.epoch = std::max(run.epoch, progress_.epoch);
    run.step = std::max<std::int64_t>(run.step, progress_.step);
  }
  const bool isSameQueue = std::ranges::equal(list->queue, list_->queue, {}, &QueuedRun::id, &QueuedRun::id);
  list_ = std::move(list);
  dataVersion_ = list_->dataVersion;
  if (!pollTimer_.isActive()) pollTimer_.start();  // ended if an earlier list could not be read
  std::erase_if(checked_, [this](qint64 run) { return !find(run); });
  histories_.update(list_, liveRun());
  if (!isSameQueue) Q_EMIT queueChanged();
  Q_EMIT runsChanged();
  if (selected_ != 0 && !find(selected_)) select(runs().empty() ? 0 : runs().front().id);
}

void Session::poll() {
  if (!hasProject() || polling_) return;
  const QString trouble = text(view_->writer().problem());
  if (trouble != lastWriterProblem_ && !trouble.isEmpty()) Q_EMIT problem(trouble);
  lastWriterProblem_ = trouble;
  readChanges();
}

/// The list, if anything was committed since it was read.
void Session::readChanges() {
  struct Changes {
    std::shared_ptr<RunList> list;  ///< null: nothing was
    std::chrono::milliseconds took{};
  };
  polling_ = true;
  ask(
      this,
      [last = dataVersion_](const OpenProject& project) {
        const auto start = std::chrono::steady_clock::now();
        Changes changes;
        if (project.reader.dataVersion() != last) changes.list = RunList::read(project.reader);
        changes.took =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
        return changes;
      },
      [this](std::optional<Changes> changes) {
        polling_ = false;
        if (!changes) return pollTimer_.stop();  // it is told why
        if (!changes->list) return;
        // A large project is asked less often: never more than a twentieth of the time.
        pollTimer_.setInterval(std::max<int>(kPollMs, static_cast<int>(20 * changes->took.count())));
        takeList(std::move(changes->list));
      });
}

QColor Session::colour(qint64 run) const {
  const RunSummary* summary = find(run);
  return theme_.runColour(run, summary ? summary->key : std::to_string(run));
}

// ---- selection, cursor, notes

std::vector<qint64> Session::checkedRuns() const {
  std::vector<qint64> checked;
  for (const qint64 run : checked_)
    if (find(run)) checked.push_back(run);
  std::ranges::sort(checked, std::greater());  // newest first, as they are listed
  return checked;
}

std::vector<qint64> Session::shownRuns() const {
  std::vector<qint64> list = checkedRuns();
  if (selected_ && !checked_.contains(selected_)) list.insert(list.begin(), selected_);
  return list;
}

qint64 Session::lastStep() const {
  if (selected_ != 0 && selected_ == liveRun()) return progress_.step;
  const RunSummary* run = find(selected_);
  return run ? run->step : 0;
}

void Session::select(qint64 run) {
  if (run == selected_) return;
  selected_ = run;
  Q_EMIT selectionChanged(run);
  follow_ = true;
  cursor_ = lastStep();
  Q_EMIT cursorChanged(cursor_);
}

void Session::setChecked(qint64 run, bool checked) {
  const bool changed = checked ? checked_.insert(run).second : checked_.erase(run) > 0;
  if (changed) Q_EMIT checkedChanged();
}

void Session::setCursor(qint64 step) {
  const qint64 last = lastStep();
  const qint64 wanted = std::clamp<qint64>(step, std::min<qint64>(1, last), last);
  follow_ = wanted == last;
  cursor_ = wanted;
  Q_EMIT cursorChanged(cursor_);
}

void Session::setFollowsLive(bool follow) {
  follow_ = follow;
  if (follow) cursor_ = lastStep();
  Q_EMIT cursorChanged(cursor_);
}

void Session::removeRun(qint64 run) {
  if (run == liveRun()) throw Error("this run is training: stop it first");
  change([run](const OpenProject& project) { project.writer.removeRun(run); });
  histories_.forget(run);
  if (checked_.erase(run) > 0) Q_EMIT checkedChanged();
}

void Session::setNotes(qint64 run, const QString& notes, const QString& tags) {
  change([run, notes = notes.toStdString(), tags = tags.toStdString()](const OpenProject& project) {
    project.writer.setNotes(run, notes, tags);
  });
}

// ---- queue

void Session::queue(const std::vector<RunConfig>& configs) {
  change([configs](const OpenProject& project) { project.writer.queue(configs); });
}

void Session::unqueue(qint64 queued) {
  change([queued](const OpenProject& project) { project.writer.unqueue(queued); });
}

void Session::startNext() {
  struct Next {
    std::int64_t queued = 0;  ///< 0: none waits
    RunConfig config;
  };
  if (isLive() || !hasProject() || std::exchange(starting_, true)) return;
  ask(
      this,
      [](const OpenProject& project) {
        const auto queue = project.reader.queue();
        return queue.empty() ? Next() : Next{queue.front().id, project.reader.queuedConfig(queue.front().id)};
      },
      [this](std::optional<Next> next) {
        starting_ = false;
        if (next && next->queued > 0 && !isLive()) begin(std::move(next->config), next->queued, std::nullopt);
      });
}

}  // namespace uada
