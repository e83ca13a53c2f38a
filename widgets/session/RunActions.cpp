#include "widgets/session/RunActions.h"

#include <QAction>
#include <cmath>
#include <utility>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

// A user action starts here, so its errors end here.
template <class F>
void RunActions::guarded(F action) {
  try {
    action();
  } catch (const std::exception& error) {
    Q_EMIT session_.problem(QString::fromStdString(problemText(error)));
  }
}

RunActions::RunActions(Session& session, const Theme& theme, QObject* parent)
    : QObject(parent), session_(session), theme_(theme) {
  makeOfTraining();
  makeOfRuns();
  connectTraining();
  for (const auto signal :
       {&Session::stateChanged, &Session::runsChanged, &Session::queueChanged, &Session::workersChanged}) {
    connect(&session, signal, this, &RunActions::update);
  }
  connect(&session.selection(), &Selection::selectionChanged, this, &RunActions::update);
  // Not within the signal: deleting the run ends what sent it.
  connect(&session, &Session::stateChanged, this, &RunActions::finishDiscard, Qt::QueuedConnection);
  update();
}

void RunActions::makeOfTraining() {
  start = add("start", tr("Start"), "start", tr("Start the next queued run, or set up a new one"));
  start->setShortcuts({QKeySequence(tr("Ctrl+Return")), QKeySequence(tr("Ctrl+Enter"))});
  pause = add("pause", tr("Pause"), "pause", tr("Pause between two steps; nothing is lost"));
  pause->setShortcut(Qt::Key_Space);
  stopAfterEpoch = add("stopAfterEpoch", tr("Stop after this epoch"), "stop",
                       tr("Finish this epoch, test, save a checkpoint and stop"));
  stopNow = add("stopNow", tr("Stop now"), "stop", tr("Save a checkpoint and stop; the run can be resumed"));
  discard = add("discard", tr("Stop and discard"), "stop",
                tr("Stop and delete the run; until the project is closed it can be restored"));
  checkpoint = add("checkpoint", tr("Checkpoint"), "checkpoint", tr("Save a checkpoint and go on"));
  change = add("changeSetting", tr("Change a setting..."), "edit",
               tr("Give a setting of the run that trains another value from the next step on"));
}

void RunActions::makeOfRuns() {
  resumeSelected = add("resumeSelected", tr("Resume selected run"), "start",
                       tr("Continue the selected run from its newest checkpoint"));
  connect(resumeSelected, &QAction::triggered, this,
          [this] { guarded([this] { session_.resumeRun(session_.selection().run()); }); });
  fork = add("forkSelected", tr("Fork from a checkpoint..."), "fork",
             tr("Go on from a checkpoint of the selected run with other settings, as a new run"));
  connect(fork, &QAction::triggered, this, [this] { Q_EMIT forkWanted(session_.selection().run()); });
  verifySelected = add("verifySelected", tr("Verify selected run..."), "finished",
                       tr("Train some steps of the selected run again, and compare them to the last bit"));
  connect(verifySelected, &QAction::triggered, this,
          [this] { Q_EMIT verifyWanted(session_.selection().run()); });
  newRun = add("newRunAction", tr("New run..."), "new", tr("Set up a run, or several"));
  newRun->setShortcut(QKeySequence(tr("Ctrl+N")));
  connect(newRun, &QAction::triggered, this, &RunActions::newRunWanted);
  demo = add("demo", tr("Run the demo"), "demo",
             tr("Train six very small runs in %1, and compare them").arg(demoTime(false)));
  demoLong = add("demoLong", tr("Run the long demo"), "demo",
                 tr("Train eight small runs in %1, and compare them").arg(demoTime(true)));
  connect(demo, &QAction::triggered, this, [this] { Q_EMIT demoWanted("demo"); });
  connect(demoLong, &QAction::triggered, this, [this] { Q_EMIT demoWanted("demo-long"); });
}

void RunActions::connectTraining() {
  connect(change, &QAction::triggered, this, &RunActions::changeWanted);
  connect(start, &QAction::triggered, this, [this] {
    guarded([this] {
      if (session_.queued().empty()) {
        Q_EMIT newRunWanted();
      } else {
        session_.startNext();
      }
    });
  });
  connect(pause, &QAction::triggered, this, [this] {
    TrainedRun* training = session_.training();
    if (training) session_.controls().resume ? training->resume() : training->pause();
  });
  const auto tell = [this](QAction* action, void (TrainedRun::*what)()) {
    connect(action, &QAction::triggered, this, [this, what] {
      if (TrainedRun* training = session_.training()) (training->*what)();
    });
  };
  tell(stopAfterEpoch, &TrainedRun::stopAfterEpoch);
  connect(stopNow, &QAction::triggered, this, [this] {
    if (session_.isLive())
      session_.training()->stopNow();
    else
      session_.stopWorkers();
  });
  tell(checkpoint, &TrainedRun::checkpoint);
  connect(discard, &QAction::triggered, this, [this] {
    if (!session_.isLive()) return;
    discarding_ = session_.liveRun();
    session_.training()->stopNow();
  });
}

QAction* RunActions::add(const char* name, const QString& text, const QString& icon, const QString& help) {
  auto* action = new QAction(theme_.icon(icon), text, this);
  action->setObjectName(name);
  action->setToolTip(help);
  action->setStatusTip(help);
  return action;
}

void RunActions::allow(QAction* action, const QString& whyNot) {
  action->setEnabled(whyNot.isEmpty());
  action->setProperty("whyNot", whyNot);
  action->setToolTip(whyNot.isEmpty() ? action->statusTip() : whyNot);
}

QString RunActions::whyNotResume() const {
  if (!session_.readOnly().isEmpty()) return session_.readOnly();
  if (session_.isLive()) return tr("a run is training: stop it first");
  const RunSummary* run = session_.find(session_.selection().run());
  if (!run) return tr("no run is selected");
  if (canResume(*run)) return {};
  if (run->state == RunState::failed)
    return run->hasCheckpoint
               ? tr("the selected run failed again after its checkpoint: edit it and run it again")
               : tr("the selected run failed before its first checkpoint: edit it and run it again");
  return tr("the selected run is %1: only what was stopped, failed or interrupted goes on")
      .arg(stateWord(run->state));
}

/// The run that was to be stopped and deleted has stopped.
void RunActions::finishDiscard() {
  if (discarding_ == 0 || session_.isLive()) return;
  const qint64 run = std::exchange(discarding_, 0);
  if (session_.find(run)) guarded([&] { session_.deleteRuns({run}); });
}

QString RunActions::whyNotFork() const {
  if (!session_.readOnly().isEmpty()) return session_.readOnly();
  if (session_.isLive()) return tr("a run is training: stop it first");
  const RunSummary* run = session_.find(session_.selection().run());
  if (!run) return tr("no run is selected");
  return run->hasCheckpoint ? QString()
                            : tr("the selected run has no checkpoint: one is written after every epoch");
}

QString RunActions::whyNotVerify() const {
  if (!session_.readOnly().isEmpty()) return session_.readOnly();
  const RunSummary* run = session_.find(session_.selection().run());
  if (!run) return tr("no run is selected");
  if (session_.isTraining() || isLive(run->state)) return tr("a run is training: stop it first");
  if (!run->hasCheckpoint) return tr("the selected run has no checkpoint to train from");
  return {};
}

/// What changes the project is not to be had where that can only be read.
void RunActions::update() {
  const Controls c = session_.controls();
  const QString readOnly = session_.readOnly();
  const QString none = session_.isLive() ? tr("not while the run is %1").arg(stateWord(session_.state()))
                                         : tr("no run is training");
  const auto where = [](bool isAllowed, const QString& why) { return isAllowed ? QString() : why; };
  // Without a project there is nothing queued, so that Start sets up a run, and a project with it.
  const bool canStart = c.start || !session_.hasProject();
  allow(start, readOnly.isEmpty() ? where(canStart, tr("a run is training")) : readOnly);
  allow(newRun, readOnly);
  allow(demo, readOnly);
  allow(demoLong, readOnly);
  allow(pause, where(c.pause || c.resume, none));
  if (pause->text() != (c.resume ? tr("Resume") : tr("Pause"))) {
    pause->setText(c.resume ? tr("Resume") : tr("Pause"));
    pause->setIcon(theme_.icon(c.resume ? "start" : "pause"));
  }
  const bool isStopping = session_.state() == SessionState::stopping;
  allow(stopAfterEpoch, where(c.stop && !isStopping, none));
  allow(stopNow, where(c.stop || (!session_.isLive() && session_.isTraining()), none));
  allow(discard, where(c.stop && session_.liveRun() != 0, none));
  allow(checkpoint, where(c.checkpoint, none));
  allow(change, where(session_.isLive() && session_.liveRun() != 0 && !isStopping, none));
  allow(resumeSelected, whyNotResume());
  allow(fork, whyNotFork());
  allow(verifySelected, whyNotVerify());
}

QString demoTime(bool isLong) {
  return isLong ? QObject::tr("about 8 minutes on 2 cores") : QObject::tr("less than a minute on 2 cores");
}

bool canResume(const RunSummary& run) {
  if (run.state == RunState::stopped || run.state == RunState::interrupted) return true;
  return run.state == RunState::failed && run.hasCheckpoint && run.failures < 2;
}

QString trainedName(const Session& session) {
  const RunProgress& progress = session.progress();
  return session.find(progress.run) ? session.nameOf(progress.run) : progress.title;
}

/// "In another process: twins: a and b, epoch 3"
static QString workersText(const Session& session) {
  QStringList texts;
  for (const QueueWorker* worker : session.workers()) texts << worker->text();
  if (texts.isEmpty()) return QObject::tr("Nothing is running");
  return (texts.size() == 1 ? QObject::tr("In another process: %1") : QObject::tr("In other processes: %1"))
      .arg(texts.join(QStringLiteral("; ")));
}

QString statusText(const Session& session) {
  if (!session.hasProject()) return {};
  if (!session.readOnly().isEmpty()) return QObject::tr("Read-only: %1").arg(session.readOnly());
  if (session.state() == SessionState::idle) return workersText(session);
  const RunProgress& p = session.progress();
  QStringList parts{trainedName(session), stateWord(session.state()).toUpper()};
  if (session.state() == SessionState::preparing || session.state() == SessionState::stopping)
    parts << p.text;
  if (p.epoch > 0) parts << QObject::tr("epoch %1/%2").arg(p.epoch).arg(p.epochs);
  if (p.share > 0 && session.isLive())
    parts << QStringLiteral("%1 %").arg(static_cast<int>(std::floor(100 * p.share)));
  if (p.secondsLeft >= 0 && session.state() == SessionState::running) {
    parts << QObject::tr("%1 left").arg(QString::fromStdString(durationText(p.secondsLeft)));
  }
  parts.removeAll(QString());
  return parts.join(QStringLiteral("    "));
}

}  // namespace uada
