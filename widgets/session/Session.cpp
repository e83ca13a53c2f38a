#include "widgets/session/Session.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <algorithm>
#include <cmath>

#include "core/base/Error.h"
#include "core/store/Queue.h"
#include "core/tables/Cost.h"
#include "core/tables/Labels.h"
#include "widgets/session/LiveRun.h"
#include "widgets/session/Theme.h"

namespace uada {

static constexpr int kDrainMs = 33;
static constexpr int kPollMs = 1000;

static QString text(const std::string& s) { return QString::fromStdString(s); }

Session::Session(const Theme& theme, EngineProvider engine) : theme_(theme), engine_(std::move(engine)) {
  drainTimer_.setInterval(kDrainMs);
  pollTimer_.setInterval(kPollMs);
  connect(&drainTimer_, &QTimer::timeout, this, &Session::drain);
  connect(&pollTimer_, &QTimer::timeout, this, &Session::poll);
}

Session::~Session() { live_.reset(); }

// ---- project

void Session::openProject(const QString& file) {
  if (isLive()) throw Error("cannot open another project while a run is training: stop it first");
  const std::filesystem::path path = QFileInfo(file).absoluteFilePath().toStdString();
  auto writer = std::make_unique<ProjectWriter>(path);
  auto reader = std::make_unique<ProjectReader>(path);
  closeProject();
  writer_ = std::move(writer);
  reader_ = std::move(reader);
  takeRuns(reader_->runs());
  dataVersion_ = reader_->dataVersion();
  adoptQueue();
  queue_ = reader_->queue();
  if (!runs_.empty()) {
    selected_ = runs_.front().id;
    for (const RunSummary& run : runs_) {  // the newest run's comparison: as many as there are plain colours
      if (recipeAndData(run) == recipeAndData(runs_.front()) && checked_.size() < 7) {
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
  Q_EMIT logged(QStringLiteral("opened %1: %2 runs").arg(projectFile()).arg(runs_.size()));
}

void Session::closeProject() {
  if (isLive()) throw Error("cannot close the project while a run is training: stop it first");
  pollTimer_.stop();
  live_.reset();
  reader_.reset();
  writer_.reset();
  takeRuns({});
  histories_.clear();
  checked_.clear();
  queue_.clear();
  selected_ = cursor_ = 0;
  follow_ = true;
  failure_.clear();
  progress_ = {};
  remarks_.clear();
  state_ = SessionState::idle;
}

QString Session::projectFile() const { return reader_ ? text(reader_->file().string()) : QString(); }

const ProjectReader& Session::reader() const {
  if (!reader_) throw Error("no project is open: open or create one first");
  return *reader_;
}
ProjectWriter& Session::writer() {
  if (!writer_) throw Error("no project is open: open or create one first");
  return *writer_;
}

QStringList Session::takeRemarks() {
  QStringList remarks;
  if (reader_)
    for (const std::string& remark : reader_->takeRemarks()) remarks << text(remark);
  for (const QString& remark : remarks) {
    if (remarks_.contains(remark)) continue;
    remarks_ << remark;
    Q_EMIT problem(remark + tr("; restore a copy of the project if you need it"));
  }
  return remarks;
}

void Session::refresh() {
  if (!reader_) return;
  QElapsedTimer clock;
  clock.start();
  takeRuns(reader_->runs());
  for (RunSummary& run : runs_) {
    if (run.id != liveRun()) continue;
    run.state = state_ == SessionState::paused     ? RunState::paused
                : state_ == SessionState::stopping ? RunState::stopping
                : state_ == SessionState::running  ? RunState::running
                                                   : RunState::preparing;
    run.epoch = std::max(run.epoch, progress_.epoch);
    run.step = std::max<std::int64_t>(run.step, progress_.step);
  }
  // A large project is asked less often: never more than a twentieth of the time.
  pollTimer_.setInterval(std::max<int>(kPollMs, static_cast<int>(20 * clock.elapsed())));
  Q_EMIT runsChanged();
}

void Session::poll() {
  if (!reader_) return;
  try {
    const QString trouble = text(writer_->problem());
    if (trouble != lastWriterProblem_ && !trouble.isEmpty()) Q_EMIT problem(trouble);
    lastWriterProblem_ = trouble;
    takeRemarks();
    const std::int64_t version = reader_->dataVersion();
    if (version == dataVersion_) return;
    dataVersion_ = version;
    readQueue();
    for (auto it = histories_.begin(); it != histories_.end();) {  // runs that other processes train
      const RunSummary* run = find(it->first);
      const bool foreign = it->first != liveRun() && run && run->state < RunState::finished;
      const qint64 id = it->first;
      it = foreign ? histories_.erase(it) : std::next(it);
      if (foreign) Q_EMIT reloaded(id);
    }
    refresh();
  } catch (const std::exception& error) {
    pollTimer_.stop();
    Q_EMIT problem(text(problemText(error)));
  }
}

const RunSummary* Session::find(qint64 run) const {
  const auto it = std::find_if(runs_.begin(), runs_.end(), [&](const RunSummary& r) { return r.id == run; });
  return it == runs_.end() ? nullptr : &*it;
}

void Session::takeRuns(std::vector<RunSummary> runs) {
  runs_ = std::move(runs);
  names_.clear();
  const std::vector<std::string> names = runNames(runs_);
  for (std::size_t i = 0; i < runs_.size(); ++i) names_[runs_[i].id] = text(names[i]);
}

QString Session::nameOf(qint64 run) const {
  const auto known = names_.find(run);
  return known == names_.end() ? QString::number(run) : known->second;
}

QColor Session::colour(qint64 run) const {
  const RunSummary* summary = find(run);
  return theme_.runColour(run, summary ? summary->key : std::to_string(run));
}

Session::History& Session::history(qint64 run) {
  const auto it = histories_.find(run);
  if (it != histories_.end()) return it->second;
  History loaded;
  if (reader_ && run > 0) loaded = {reader_->steps(run), reader_->epochs(run)};
  return histories_.emplace(run, std::move(loaded)).first->second;
}
const std::vector<StepReport>& Session::steps(qint64 run) { return history(run).steps; }
const std::vector<EpochReport>& Session::epochs(qint64 run) { return history(run).epochs; }

// ---- selection, cursor, notes

std::vector<qint64> Session::checkedRuns() const {
  std::vector<qint64> list;
  for (const RunSummary& run : runs_) {
    if (checked_.contains(run.id)) list.push_back(run.id);
  }
  return list;
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
  writer().removeRun(run);
  histories_.erase(run);
  checked_.erase(run);
  refresh();
  if (selected_ == run) select(runs_.empty() ? 0 : runs_.front().id);
  Q_EMIT checkedChanged();
}

void Session::setNotes(qint64 run, const QString& notes, const QString& tags) {
  writer().setNotes(run, notes.toStdString(), tags.toStdString());
  refresh();
}

// ---- queue

/// A damaged file of an earlier version must not keep the project shut.
void Session::adoptQueue() {
  try {
    adoptQueueFile(*writer_);
  } catch (const Error& error) {
    Q_EMIT problem(text(error.what()));
  }
}

void Session::readQueue() {
  std::vector<QueuedRun> now = reader_->queue();
  if (std::ranges::equal(now, queue_, {}, &QueuedRun::id, &QueuedRun::id)) return;
  queue_ = std::move(now);
  Q_EMIT queueChanged();
}

void Session::queue(const std::vector<RunConfig>& configs) {
  writer().queue(configs);
  readQueue();
}

void Session::unqueue(qint64 queued) {
  writer().unqueue(queued);
  readQueue();
}

void Session::startNext() {
  if (isLive() || !hasProject()) return;
  readQueue();
  if (queue_.empty()) return;
  const std::int64_t next = queue_.front().id;
  begin(reader_->queuedConfig(next), next, std::nullopt);
}

}  // namespace uada
