#include "widgets/session/TrainedRun.h"

#include <algorithm>
#include <utility>

#include "core/base/Error.h"
#include "core/engine/tasks/Task.h"
#include "widgets/session/QtText.h"

namespace uada {

static constexpr int kDrainMs = 33;

TrainedRun::TrainedRun(ProjectWriter& project, LiveRun::EngineProvider engine, LiveRun::Wanted wanted) {
  progress_.title = text(runTitle(wanted.config));
  progress_.epochs = wanted.config.recipe.training.epochs;
  if (wanted.resumed) {
    progress_.steps = wanted.resumed->summary.plannedSteps();
    progress_.stepsPerEpoch = wanted.resumed->summary.stepsPerEpoch;
  }
  progress_.text = QStringLiteral("loading the engine");
  metric_ = tasks().front().testMetrics.front();
  live_ = std::make_unique<LiveRun>(project, std::move(engine), std::move(wanted));
  drainTimer_.setInterval(kDrainMs);
  connect(&drainTimer_, &QTimer::timeout, this, &TrainedRun::drain);
  drainTimer_.start();
}

TrainedRun::~TrainedRun() { live_.reset(); }

void TrainedRun::pause() {
  if (!controls().pause) return;
  pauseAsked_ = true;
  live_->send(command::Pause{});
}

void TrainedRun::resume() {
  if (!controls().resume) return;
  pauseAsked_ = false;
  live_->send(command::Resume{});
}

void TrainedRun::resumeHalved() {
  if (!progress_.pause.canHalve) return;
  live_->send(command::Change{"runtime.on_out_of_memory", Json("halve")});
  resume();
}

void TrainedRun::checkpoint() {
  if (controls().checkpoint) live_->send(command::Checkpoint{});
}

void TrainedRun::change(const std::string& key, const Json& value) {
  if (live_) live_->send(command::Change{key, value});
}

void TrainedRun::stopAfterEpoch() {
  if (!controls().stop) return;
  live_->send(command::Stop{.isAfterEpoch = true});
  progress_.text = QStringLiteral("stops after this epoch");
  progress_.pause = {};
  setState(SessionState::stopping);
}

void TrainedRun::stopNow() {
  if (!controls().stop) return;
  live_->send(command::Stop{});
  progress_.text = QStringLiteral("saving a checkpoint");
  progress_.pause = {};
  setState(SessionState::stopping);
}

/// step  below 0: the last one
void TrainedRun::log(const QString& text, LogLevel level, qint64 step) {
  Q_EMIT logged({text, level, progress_.run, step < 0 ? progress_.step : step});
}

void TrainedRun::setState(SessionState state) {
  state_ = state;
  Q_EMIT changed();
}

void TrainedRun::drain() {
  if (!live_) return;
  try {
    const bool isOver = live_->isOver();  // read first: then every report is in its mailbox
    drainStart();
    drainStates();
    drainSteps();
    const auto policy = live_->policy.drain();
    if (!policy.items.empty()) Q_EMIT policyMoved(policy.items);
    const auto decisions = live_->decisions.drain();
    if (!decisions.items.empty()) Q_EMIT decided(decisions.items);
    if (const std::size_t count = policy.dropped + decisions.dropped; count > 0) Q_EMIT missed(count);
    drainEpochs();
    if (const auto edits = live_->edits.drain(); !edits.items.empty()) Q_EMIT edited(edits.items);
    if (isOver) finish();
  } catch (const std::exception& error) {
    Q_EMIT problem(text(problemText(error)));
  }
}

void TrainedRun::drainStart() {
  for (const RunSummary& run : live_->started.drain().items) {
    progress_.run = run.id;
    metric_ = mainMetric(run);
    log(QStringLiteral("run %1").arg(text(run.key)));
    Q_EMIT begun(run);
  }
}

void TrainedRun::drainStates() {
  for (const StateReport& report : live_->states.drain().items) {
    if (!report.device.empty()) progress_.device = text(report.device);
    if (report.threads > 0) progress_.threads = report.threads;
    if (report.plannedSteps > 0) {
      progress_.steps = report.plannedSteps;
      progress_.stepsPerEpoch = report.stepsPerEpoch;
    }
    if (!report.text.empty()) log(text(report.text));
    const SessionState state = uada::sessionState(report.state);
    // Only finish() leaves the live states, and a request to stop stays visible until then.
    if (state > SessionState::stopping || state_ == SessionState::stopping) continue;
    progress_.text = text(report.text);
    progress_.pause = {report.canHalve, report.unsoundStep};
    // A run that pauses by itself waits for something that a person has to do.
    if (state == SessionState::paused && !pauseAsked_)
      Q_EMIT problem(progress_.title + ": " + text(report.text));
    setState(state);
  }
  for (const LiveRun::Event& event : live_->events.drain().items)
    log(text(event.text), event.isProgress ? LogLevel::progress : LogLevel::event,
        event.isProgress ? event.step : -1);
}

void TrainedRun::drainSteps() {
  const auto steps = live_->steps.drain();
  if (steps.items.empty()) return;
  for (const StepReport& report : steps.items) updateProgress(report);
  Q_EMIT stepped(steps.items, std::exchange(firstBatch_, false) || steps.dropped > 0);
  Q_EMIT changed();
}

void TrainedRun::drainEpochs() {
  const auto epochs = live_->epochs.drain();
  if (epochs.items.empty()) return;
  for (const EpochReport& report : epochs.items) {
    testSeconds_ = report.testSeconds;
    log(QStringLiteral("epoch %1 of %2: loss %3, test %4 %5")
            .arg(report.epoch)
            .arg(progress_.epochs)
            .arg(metricOf(report.train, "loss"), 0, 'f', 4)
            .arg(text(metric_.title), text(metric_.text(metricOf(report.test, metric_.name)))),
        LogLevel::progress, report.step);
  }
  Q_EMIT epochEnded(epochs.items);
}

void TrainedRun::updateProgress(const StepReport& last) {
  progress_.step = last.step;
  progress_.epoch = last.epoch;
  const double seconds = last.timings.total();
  secondsPerStep_ = secondsPerStep_ == 0 ? seconds : 0.98 * secondsPerStep_ + 0.02 * seconds;
  const qint64 total = progress_.steps;
  progress_.share = total > 0 ? static_cast<double>(progress_.step) / static_cast<double>(total) : 0;
  progress_.secondsLeft = total > 0 ? secondsPerStep_ * static_cast<double>(total - progress_.step) +
                                          testSeconds_ * (progress_.epochs - progress_.epoch + 1)
                                    : -1;
}

void TrainedRun::finish() {
  const LiveRun::End end = live_->end();
  live_.reset();
  drainTimer_.stop();
  if (end.state == RunState::failed) {
    failure_ = text(end.problem.empty() ? "the run ended without saying why; the log has its last lines"
                                        : end.problem);
    log(QStringLiteral("failed: ") + failure_, LogLevel::problem);
  } else {
    log(stateWord(end.state));
    if (end.state == RunState::finished) progress_.share = 1;
  }
  progress_.text.clear();
  progress_.pause = {};
  progress_.secondsLeft = -1;
  setState(uada::sessionState(end.state));  // before what may throw
  Q_EMIT ended(end.state);
}

}  // namespace uada
