// The run that a session trains, from its beginning to its end.
#include <algorithm>
#include <utility>

#include "widgets/session/QtText.h"
#include "widgets/session/Session.h"

namespace uada {

const RunProgress& Session::progress() const {
  static const RunProgress nothing;
  return training_ ? training_->progress() : nothing;
}

void Session::begin(LiveRun::Wanted wanted) {
  refuseWhileExamining("train");
  Q_EMIT logged(QStringLiteral("%1: starting").arg(text(runTitle(wanted.config))));
  taken_ = wanted.queued;
  training_ = std::make_unique<TrainedRun>(view().writer(), engine_, std::move(wanted));
  watch(*training_);
  Q_EMIT stateChanged();
}

void Session::watch(TrainedRun& training) {
  connect(&training, &TrainedRun::begun, this, &Session::showBegun);
  connect(&training, &TrainedRun::changed, this, [this] {
    takeFailure();
    Q_EMIT stateChanged();
  });
  connect(&training, &TrainedRun::stepped, this, &Session::takeSteps);
  connect(&training, &TrainedRun::policyMoved, this,
          [this](const std::vector<PolicyReport>& reports) { Q_EMIT policyMoved(progress().run, reports); });
  connect(&training, &TrainedRun::decided, this,
          [this](const std::vector<Decision>& decisions) { Q_EMIT decided(progress().run, decisions); });
  connect(&training, &TrainedRun::epochEnded, this, [this](const std::vector<EpochReport>& reports) {
    histories_.append(progress().run, reports);
    Q_EMIT epochEnded(progress().run, reports);
  });
  connect(&training, &TrainedRun::logged, this, [this](LogEntry entry) {
    // By the run's name in the list, once it stands there.
    const QString name = find(progress().run) ? nameOf(progress().run) : progress().title;
    entry.text = QStringLiteral("%1: %2").arg(name, entry.text);
    Q_EMIT logged(entry);
  });
  connect(&training, &TrainedRun::problem, this, &Session::problem);
  connect(&training, &TrainedRun::missed, this, [this] {
    if (missedTimer_.isActive()) return;
    missedTimer_.start();
    const QString name = find(progress().run) ? nameOf(progress().run) : progress().title;
    Q_EMIT logged({tr("%1: decisions came faster than they could be shown; all are stored, and read again "
                      "from the project")
                       .arg(name),
                   LogLevel::event, progress().run, progress().step});
  });
  connect(&training, &TrainedRun::edited, this, [this] { flushThenRefresh(false); });
  connect(&training, &TrainedRun::ended, this, &Session::goOn);
}

void Session::takeFailure() {
  if (training_->failure().isEmpty()) return;
  const qint64 run = progress().run;
  failure_ = {run, find(run) ? nameOf(run) : progress().title, training_->failure()};
}

/// A run that was stopped does not let the next one begin behind the user's back; one that failed does,
/// unless the project's rules say otherwise.
void Session::goOn(RunState ended) {
  if (progress().run == 0 && taken_ != 0) refused_.insert(taken_);
  if (ended == RunState::stopped) toResume_.clear();
  flushThenRefresh(ended == RunState::finished ||
                   (ended == RunState::failed && !queueRules().stopsAfterFailure));
}

void Session::showBegun(const RunSummary& run) {
  if (!find(run.id)) {
    list_ = RunList::with(*list_, run);
    begun_ = run.id;
    takeColours();
    histories_.update(list_, run.id);
    Q_EMIT runsChanged();
    selection_.update(list_);
  }
  refresh();
  selection_.showLive(run.id);
}

/// isGap  steps before these are in the project alone
void Session::takeSteps(const std::vector<StepReport>& reports, bool isGap) {
  const qint64 run = progress().run;
  const std::int64_t first = reports.front().step;
  if (isGap) {
    ask(
        this,
        [](const OpenProject& project) {
          project.flush();
          return true;
        },
        [](std::optional<bool>) {});
    histories_.beginAt(run, first);
    if (first > 1) Q_EMIT reloaded(run);
  }
  histories_.append(run, reports);
  Q_EMIT stepped(run, reports);
  selection_.follow(run);
}

void Session::flushThenRefresh(bool startsNext) {
  ask(
      this,
      [read = reading()](const OpenProject& project) {
        project.flush();
        return read(project);
      },
      [this, startsNext](std::optional<std::shared_ptr<RunList>> list) {
        if (list) takeList(std::move(*list));
        // Not within a signal of training_.
        if (startsNext) QTimer::singleShot(0, this, [this] { takeNext(false); });
      });
}

}  // namespace uada
