#include <QFileInfo>
#include <QTimer>
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/Error.h"
#include "widgets/session/QtText.h"
#include "widgets/session/QueueNames.h"
#include "widgets/session/Remembered.h"
#include "widgets/session/Session.h"

// What a session changes in its project: runs, notes, the queue, and what the window remembers.

namespace uada {

static const char* const kColours = "colours";

// ---- what is remembered with the project

Json Session::remembered(const std::string& view) const {
  const Json* found = remembered_.find(view);
  return found ? *found : Json();
}

void Session::remember(const std::string& view, Json what) {
  if (!hasProject() || remembered(view) == what) return;
  remembered_[view] = std::move(what);
  keepTimer_.start();
}

void Session::offerUndo(Edits::Edit edit, const QObject* of) {
  const QString what = edit.what;
  const int number = edits_.did(std::move(edit), of);
  if (number != 0) Q_EMIT undoOffered(what, [this, number] { edits_.undo(number); });
}

void Session::editView(const std::string& view, Json what, const QString& text, const QString& goesOn) {
  const Json before = remembered(view);
  if (!hasProject() || before == what) return;
  Edits::Edit edit{text, [this, view, before] { restoreView(view, before); },
                   [this, view, what] { restoreView(view, what); }, goesOn};
  remember(view, std::move(what));
  edits_.did(std::move(edit));
}

void Session::restoreView(const std::string& view, const Json& to) {
  remember(view, to);
  if (view == kColours) {
    takeColours();
    Q_EMIT runsChanged();
  }
  Q_EMIT viewRestored(QString::fromStdString(view));
}

/// A person has ticked runs, or unticked them.
void Session::keepTicks(const std::set<qint64>& before) {
  const std::set<qint64> now = selection_.ticks();
  std::vector<qint64> more, fewer;
  std::ranges::set_difference(now, before, std::back_inserter(more));
  std::ranges::set_difference(before, now, std::back_inserter(fewer));
  const auto told = [this](const std::vector<qint64>& runs) {
    return runs.size() == 1 ? nameOf(runs.front()) : tr("%1 runs").arg(runs.size());
  };
  const QString what = fewer.empty()  ? tr("Ticked %1").arg(told(more))
                       : more.empty() ? tr("Unticked %1").arg(told(fewer))
                                      : tr("Ticked %1, unticked %2").arg(told(more), told(fewer));
  edits_.did(
      {what, [this, before] { selection_.setTicks(before); }, [this, now] { selection_.setTicks(now); }});
}

// ---- colours

void Session::takeColours() { colours_.update(list_->groups(), remembered(kColours)); }

void Session::chooseColour(qint64 run, const QColor& colour) {
  const SeedGroup* group = list_->groupOf(run);
  if (!group) return;
  const QString name = list_->nameOf(*group, list_->commonPart());
  editView(
      kColours, GroupColours::with(remembered(kColours), *group, colour),
      colour.isValid() ? tr("Chose the colour of %1").arg(name) : tr("Gave %1 its usual colour").arg(name));
  takeColours();
  Q_EMIT runsChanged();
}

/// Nothing is lost where it cannot be written, and nobody is told.
void Session::keepRemembered() {
  if (!hasProject() || !keepTimer_.isActive() || !readOnly().isEmpty()) return;
  keepTimer_.stop();
  ask(
      this,
      [file = view_->file(), remembered = remembered_](const OpenProject&) {
        try {
          writeRemembered(file, remembered);
        } catch (const Error&) {
        }
        return true;
      },
      [](std::optional<bool>) {}, Access::write);
}

void Session::rememberTicks() {
  if (!tellTicks_) return;
  Json keys = Json::array();
  for (const qint64 run : selection_.checked()) keys.push(find(run)->key);
  remember("ticked", std::move(keys));
}

std::optional<std::set<qint64>> Session::rememberedTicks() const {
  const Json keys = remembered("ticked");
  if (!keys.isArray()) return {};
  std::set<std::string> wanted;
  for (const Json& key : keys.asArray())
    if (key.isString()) wanted.insert(key.asString());
  std::set<qint64> ticked;
  for (const RunSummary& run : runs())
    if (wanted.contains(run.key)) ticked.insert(run.id);
  return ticked;
}

// ---- notes, queue

void Session::deleteRuns(const std::vector<qint64>& wanted) {
  std::vector<qint64> gone;
  for (const qint64 run : wanted) {
    if (run == liveRun()) throw Error("this run is training: stop it first");
    if (find(run)) gone.push_back(run);
  }
  if (gone.empty()) return;
  view().writer();  // throws if the project can only be read
  for (const qint64 run : gone) {
    deleted_[run] = find(run)->attempts;
    if (run == begun_) begun_ = 0;
    if (run == failure_.run) failure_ = {};
    if (training_ && run == progress().run) training_.reset();
  }
  const QString what =
      gone.size() == 1 ? tr("Deleted %1").arg(nameOf(gone.front())) : tr("Deleted %1 runs").arg(gone.size());
  std::set<qint64> kept = selection_.ticks();
  for (const qint64 run : gone) kept.erase(run);
  selection_.setTicks(std::move(kept));
  refresh();
  Q_EMIT stateChanged();
  Q_EMIT logged(tr("%1; until the project is closed it can be restored").arg(what));
  offerUndo({what, [this, gone] { restoreRuns(gone); }, {}});
}

void Session::restoreRuns(const std::vector<qint64>& runs) {
  for (const qint64 run : runs) deleted_.erase(run);
  refresh();
}

std::vector<qint64> Session::deletedRuns() const {
  std::vector<qint64> runs;
  for (const auto& [run, attempts] : deleted_) runs.push_back(run);
  return runs;
}

/// One that another program has gone on with since stays.
void Session::giveUpDeleted() {
  const auto deleted = std::exchange(deleted_, {});
  if (deleted.empty() || !hasProject()) return;
  ask(
      this,
      [deleted](const OpenProject& project) {
        for (const auto& [run, attempts] : deleted) {
          try {
            project.writer().removeRun(run, attempts);
          } catch (const Error&) {
          }
        }
        return true;
      },
      [](std::optional<bool>) {}, Access::write);
}

void Session::renameRun(qint64 run, const QString& title) {
  const RunSummary* summary = find(run);
  const std::string now = title.toStdString(), before = summary ? summary->title : now;
  const auto rename = [run](const std::string& to) {
    return [run, to](const OpenProject& project) { project.writer().renameRun(run, to); };
  };
  change(rename(now));
  if (before != now)
    offerUndo(
        {tr("Renamed %1 to %2").arg(text(before), title), changing(rename(before)), changing(rename(now))});
}

void Session::setNotes(qint64 run, const QString& notes, const QString& tags) {
  struct Written {
    std::string notes, tags;
    bool operator==(const Written&) const = default;
  };
  const auto write = [run](const Written& to) {
    return [run, to](const OpenProject& project) { project.writer().setNotes(run, to.notes, to.tags); };
  };
  const RunSummary* summary = find(run);
  const Written now{notes.toStdString(), tags.toStdString()};
  const Written before = summary ? Written{summary->notes, summary->tags} : now;
  const QString what = before.notes == now.notes ? tr("Changed the tags of %1").arg(nameOf(run))
                                                 : tr("Changed the notes of %1").arg(nameOf(run));
  change(write(now));
  if (before != now) offerUndo({what, changing(write(before)), changing(write(now))});
}

void Session::queue(const std::vector<RunConfig>& configs) {
  change([configs](const OpenProject& project) { project.writer().queue(configs); });
  Q_EMIT logged(configs.size() == 1 ? tr("%1 was added to the queue").arg(text(runTitle(configs.front())))
                                    : tr("%1 runs were added to the queue").arg(configs.size()));
}

/// As the queue shows it. Empty: it is not known.
static QString queuedName(const OpenProject& project, const RunList& list, qint64 queued) {
  std::map<qint64, RunConfig> waiting;
  for (const QueuedRun& run : list.queue) {
    try {
      waiting.emplace(run.id, project.reader.queuedConfig(run.id));
    } catch (const Error&) {  // it was taken meanwhile, or is damaged
    }
  }
  return queueNames(list, waiting)[queued];
}

void Session::unqueue(const std::vector<qint64>& queued) {
  struct TakenRuns {
    std::vector<TakenOut> runs;
    std::shared_ptr<RunList> list;
    QString name;  ///< of a single one; empty: not known
  };
  ask(
      this,
      [wanted = std::vector<std::int64_t>(queued.begin(), queued.end()), read = reading(),
       list = list_](const OpenProject& project) {
        const QString name = wanted.size() == 1 ? queuedName(project, *list, wanted.front()) : QString();
        auto taken = project.writer().unqueue(wanted);
        return TakenRuns{std::move(taken), read(project), name};
      },
      [this](std::optional<TakenRuns> answer) {
        if (!answer) return;
        takeList(std::move(answer->list));
        const std::vector<TakenOut> taken = std::move(answer->runs);
        if (taken.empty()) return;
        const QString name = answer->name.isEmpty() ? text(taken.front().title) : answer->name;
        const QString what = taken.size() == 1 ? tr("Took %1 out of the queue").arg(name)
                                               : tr("Took %1 runs out of the queue").arg(taken.size());
        offerUndo(
            {what, changing([taken](const OpenProject& project) { project.writer().requeue(taken); }), {}});
      },
      Access::write);
}

void Session::moveQueued(const std::vector<qint64>& queued, qint64 before) {
  const auto move = [](std::vector<std::int64_t> runs, std::int64_t to) {
    return
        [runs = std::move(runs), to](const OpenProject& project) { project.writer().moveQueued(runs, to); };
  };
  std::vector<std::int64_t> order;  // as it is now; a run that is gone by then is passed over
  for (const QueuedRun& run : this->queued()) order.push_back(run.id);
  const auto moved = move({queued.begin(), queued.end()}, before);
  change(moved);
  offerUndo({queued.size() == 1 ? tr("Moved a run in the queue")
                                : tr("Moved %1 runs in the queue").arg(queued.size()),
             changing(move(std::move(order), 0)), changing(moved)});
}

void Session::setQueueRules(const QueueRules& rules) {
  const bool goesOn = queueRules().isPaused && !rules.isPaused && training_ && !isLive();
  change([rules](const OpenProject& project) { project.writer().setQueueRules(rules); });
  if (goesOn) takeNext(false);
}

void Session::unqueue(qint64 queued) {
  change([queued](const OpenProject& project) { project.writer().unqueue(queued); });
}

void Session::startNext() {
  refused_.clear();
  selection_.letGo();
  if (!isLive()) failure_ = {};
  takeNext(true);
}

/// isWanted  by a person, for whom a paused queue is no hindrance
void Session::takeNext(bool isWanted) {
  struct Next {
    std::int64_t queued = 0;  ///< 0: none waits
    RunConfig config;
  };
  if (isLive() || !hasProject()) return;
  if (!toResume_.empty()) {
    const qint64 run = toResume_.front();
    toResume_.erase(toResume_.begin());
    return resumeRun(run);
  }
  if (std::exchange(starting_, true)) return;
  ask(
      this,
      [refused = refused_, isWanted](const OpenProject& project) {
        if (!isWanted && project.reader.queueRules().isPaused) return Next();
        for (const QueuedRun& run : project.reader.queue())
          if (!refused.contains(run.id)) return Next{run.id, project.reader.queuedConfig(run.id)};
        return Next();
      },
      [this](std::optional<Next> next) {
        starting_ = false;
        if (next && next->queued > 0 && !isLive()) begin({std::move(next->config), next->queued, {}});
      });
}

void Session::start(const RunConfig& config) {
  if (isLive()) return queue({config});
  selection_.letGo();
  failure_ = {};
  begin({config, 0, {}});
}

void Session::resumeRuns(const std::vector<qint64>& runs) {
  if (runs.empty()) return;
  resumeRun(runs.front());
  toResume_.assign(runs.begin() + 1, runs.end());
}

void Session::resumeRun(qint64 run) {
  if (isLive()) throw Error("another run is training: stop it first, or wait until it has finished");
  if (std::exchange(starting_, true)) return;
  selection_.letGo();
  failure_ = {};
  ask(
      this, [run](const OpenProject& project) { return project.reader.detail(run); },
      [this](std::optional<RunDetail> detail) {
        starting_ = false;
        if (!detail || isLive()) return;
        RunConfig config = detail->config;
        begin({std::move(config), 0, std::move(detail)});
      });
}

void Session::forkRun(qint64 run, const FoundCheckpoint& from, const std::vector<std::string>& sets) {
  if (isLive()) throw Error("another run is training: stop it first, or wait until it has finished");
  if (std::exchange(starting_, true)) return;
  ask(
      this,
      [run, from, sets](const OpenProject& project) {
        return forkOf(project.reader, project.reader.detail(run), from, sets);
      },
      [this](std::optional<Fork> fork) {
        starting_ = false;
        if (!fork || isLive()) return;
        selection_.letGo();
        failure_ = {};
        RunConfig config = fork->config;
        begin({.config = std::move(config), .fork = std::move(fork)});
      });
}

}  // namespace uada
