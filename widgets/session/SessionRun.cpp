// The live run's part of Session: starting, commands, draining the mailboxes.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/Error.h"
#include "widgets/session/LiveRun.h"
#include "widgets/session/Session.h"

namespace uada {

static QString text(const std::string& s) { return QString::fromStdString(s); }

bool Session::isLive() const { return live_ != nullptr; }

void Session::start(const RunConfig& config) {
  if (isLive()) {
    queue({config});
  } else {
    begin(config, 0, std::nullopt);
  }
}

void Session::resumeRun(qint64 run) {
  if (isLive()) throw Error("another run is training: stop it first, or wait until it has finished");
  if (std::exchange(starting_, true)) return;
  ask(
      this, [run](const OpenProject& project) { return project.reader.detail(run); },
      [this](std::optional<RunDetail> detail) {
        starting_ = false;
        if (!detail || isLive()) return;
        RunConfig config = detail->config;
        begin(std::move(config), 0, std::move(detail));
      });
}

void Session::begin(RunConfig config, std::int64_t queued, std::optional<RunDetail> resumed) {
  ProjectWriter& project = view().writer();
  progress_ = {};
  progress_.title = text(runTitle(config));
  progress_.epochs = config.recipe.training.epochs;
  if (resumed) {
    progress_.steps = resumed->summary.plannedSteps();
    progress_.stepsPerEpoch = resumed->summary.stepsPerEpoch;
  }
  progress_.text = QStringLiteral("loading the engine");
  failure_.clear();
  firstBatch_ = true;
  pauseAsked_ = false;
  secondsPerStep_ = 0;
  live_ = std::make_unique<LiveRun>(project, engine_,
                                    LiveRun::Wanted{std::move(config), queued, std::move(resumed)});
  drainTimer_.start();
  Q_EMIT logged(QStringLiteral("%1: starting").arg(progress_.title));
  setState(SessionState::preparing);
}

void Session::pause() {
  if (!controls().pause) return;
  pauseAsked_ = true;
  live_->send(Command::pause);
}
void Session::resume() {
  if (!controls().resume) return;
  pauseAsked_ = false;
  live_->send(Command::resume);
}
void Session::checkpoint() {
  if (controls().checkpoint) live_->send(Command::checkpoint);
}
void Session::stopAfterEpoch() {
  if (!controls().stop) return;
  live_->send(Command::stopAfterEpoch);
  progress_.text = QStringLiteral("stops after this epoch");
  setState(SessionState::stopping);
}
void Session::stopNow() {
  if (!controls().stop) return;
  live_->send(Command::stopNow);
  progress_.text = QStringLiteral("saving a checkpoint");
  setState(SessionState::stopping);
}

void Session::setState(SessionState state) {
  state_ = state;
  Q_EMIT stateChanged();
}

void Session::dismissFailure() {
  failure_.clear();
  Q_EMIT stateChanged();
}

void Session::drain() {
  if (!live_) return;
  try {
    const bool over = live_->isOver();  // read first: then every report is in its mailbox
    drainStart();
    drainStates();
    drainReports();
    if (over) finishRun();
  } catch (const std::exception& error) {
    Q_EMIT problem(text(problemText(error)));
  }
}

void Session::drainStart() {
  for (const RunSummary& run : live_->started.drain().items) {
    progress_.run = run.id;
    if (!find(run.id)) {
      list_ = RunList::with(*list_, run);
      Q_EMIT runsChanged();
    }
    refresh();
    setChecked(run.id, true);
    selected_ = 0;  // select() also moves the cursor to the end
    select(run.id);
    Q_EMIT logged(QStringLiteral("%1: run %2").arg(text(run.title), text(run.key)));
  }
}

void Session::drainStates() {
  for (const StateReport& report : live_->states.drain().items) {
    if (!report.device.empty()) progress_.device = text(report.device);
    if (report.threads > 0) progress_.threads = report.threads;
    if (report.plannedSteps > 0) {
      progress_.steps = report.plannedSteps;
      progress_.stepsPerEpoch = report.stepsPerEpoch;
    }
    if (!report.text.empty()) Q_EMIT logged(progress_.title + ": " + text(report.text));
    const SessionState state = uada::sessionState(report.state);
    // Only finishRun() leaves the live states, and a request to stop stays visible until then.
    if (state > SessionState::stopping || state_ == SessionState::stopping) continue;
    progress_.text = text(report.text);
    // A run that pauses by itself waits for something that a person has to do.
    if (state == SessionState::paused && !pauseAsked_)
      Q_EMIT problem(progress_.title + ": " + text(report.text));
    setState(state);
  }
  for (const std::string& event : live_->events.drain().items) {
    Q_EMIT logged(progress_.title + ": " + text(event));
  }
}

void Session::appendSteps(const std::vector<StepReport>& reports, bool lost) {
  const qint64 run = progress_.run;
  const std::int64_t first = reports.front().step;
  if (lost)  // the window was late: what is stored is complete
    ask(
        this,
        [](const OpenProject& project) {
          project.writer.flush();
          return true;
        },
        [](std::optional<bool>) {});
  if (lost || firstBatch_) {
    histories_.beginAt(run, first);
    if (first > 1) Q_EMIT reloaded(run);
  }
  firstBatch_ = false;
  histories_.append(run, reports);
  for (const StepReport& report : reports) updateProgress(report);
  Q_EMIT stepped(run, reports);
  if (selected_ == run && follow_) {
    cursor_ = progress_.step;
    Q_EMIT cursorChanged(cursor_);
  }
  Q_EMIT stateChanged();
}

void Session::drainReports() {
  const auto steps = live_->steps.drain();
  if (!steps.items.empty()) appendSteps(steps.items, steps.dropped > 0);
  const qint64 run = progress_.run;
  if (const auto policy = live_->policy.drain(); !policy.items.empty()) Q_EMIT policyMoved(run, policy.items);
  if (const auto decisions = live_->decisions.drain(); !decisions.items.empty()) {
    Q_EMIT decided(run, decisions.items);
  }
  const auto epochs = live_->epochs.drain();
  if (epochs.items.empty()) return;
  histories_.append(run, epochs.items);
  for (const EpochReport& report : epochs.items) {
    const RunSummary* summary = find(run);
    const Metric& metric = summary ? mainMetric(*summary) : tasks().front().testMetrics.front();
    Q_EMIT logged(QStringLiteral("%1: epoch %2 of %3: loss %4, test %5 %6")
                      .arg(progress_.title)
                      .arg(report.epoch)
                      .arg(progress_.epochs)
                      .arg(metricOf(report.train, "loss"), 0, 'f', 4)
                      .arg(QString::fromStdString(metric.title),
                           QString::fromStdString(metric.text(metricOf(report.test, metric.name)))));
  }
  Q_EMIT epochEnded(run, epochs.items);
}

void Session::updateProgress(const StepReport& last) {
  progress_.step = last.step;
  progress_.epoch = last.epoch;
  const double seconds = last.timings.total();
  secondsPerStep_ = secondsPerStep_ == 0 ? seconds : 0.98 * secondsPerStep_ + 0.02 * seconds;
  const qint64 total = progress_.steps;
  progress_.share = total > 0 ? static_cast<double>(progress_.step) / static_cast<double>(total) : 0;
  const std::vector<EpochReport>& epochs = histories_.epochsOf(progress_.run);
  const double testing = epochs.empty() ? 0 : epochs.back().testSeconds;
  progress_.secondsLeft = total > 0 ? secondsPerStep_ * static_cast<double>(total - progress_.step) +
                                          testing * (progress_.epochs - progress_.epoch + 1)
                                    : -1;
}

void Session::finishRun() {
  const LiveRun::End end = live_->end();
  live_.reset();
  drainTimer_.stop();
  if (end.state == RunState::failed) {
    failure_ = text(end.problem.empty() ? "the run ended without saying why; the log has its last lines"
                                        : end.problem);
    Q_EMIT logged(progress_.title + ": failed: " + failure_);
  } else {
    Q_EMIT logged(progress_.title + ": " + stateWord(end.state));
    if (end.state == RunState::finished) progress_.share = 1;
  }
  progress_.text.clear();
  progress_.secondsLeft = -1;
  setState(uada::sessionState(end.state));  // before what may throw
  // A stopped or failed run does not start the next one behind the user's back.
  flushThenRefresh(end.state == RunState::finished);
}

void Session::flushThenRefresh(bool startsNext) {
  ask(
      this,
      [](const OpenProject& project) {
        project.writer.flush();
        return RunList::read(project.reader);
      },
      [this, startsNext](std::optional<std::shared_ptr<RunList>> list) {
        if (list) takeList(std::move(*list));
        if (startsNext) startNext();
      });
}

}  // namespace uada
