#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>
#include <vector>

#include "widgets/session/LiveRun.h"
#include "widgets/session/LogEntry.h"
#include "widgets/session/State.h"

namespace uada {

/// How far a run that is trained is, for the tool bar.
struct RunProgress {
  qint64 run = 0;
  QString title;
  int epoch = 0, epochs = 0;
  qint64 step = 0;
  qint64 steps = 0, stepsPerEpoch = 0;  ///< planned, as the engine says; 0: not known yet
  double share = 0;                     ///< 0..1; 0 until the steps are known
  double secondsLeft = -1;              ///< negative: not known yet
  QString text;                         ///< what is being prepared
  QString device;
  int threads = 0;
  /// What a person can do about it while it is paused by itself, as StateReport says.
  struct Pause {
    bool canHalve = false;
    qint64 unsoundStep = 0;
    bool hasRemedy() const { return canHalve || unsoundStep > 0; }
  };
  Pause pause = {};
};

/// A run that the window trains: what it is doing and how far it is, and what it reports as signals. The
/// engine is loaded, and the run made and destroyed, on a thread of its own (LiveRun); its reports come
/// through overwriting mailboxes drained by a 33 ms timer, so that training never waits for the window. Stays
/// as it ended when it has ended. GUI thread.
class TrainedRun : public QObject {
  Q_OBJECT
 public:
  TrainedRun(ProjectWriter& project, LiveRun::EngineProvider engine, LiveRun::Wanted wanted);
  /// Stops with a checkpoint, if it is live, and waits for it.
  ~TrainedRun() override;

  bool isLive() const { return live_ != nullptr; }
  SessionState state() const { return state_; }
  const RunProgress& progress() const { return progress_; }
  /// Why it failed, or "".
  const QString& failure() const { return failure_; }
  void dismissFailure() { failure_.clear(); }

  void pause();
  void resume();
  /// Goes on with half as many rows at a time, where it is paused since memory was short.
  void resumeHalved();
  void stopAfterEpoch();
  void stopNow();
  void checkpoint();
  /// Gives a setting of core/config/LiveSettings.h another value; the log says why not where it cannot be.
  void change(const std::string& key, const Json& value);

 Q_SIGNALS:
  void begun(const uada::RunSummary& run);  ///< it has a row in the project
  void changed();                           ///< state or progress
  /// after  an attempt began, or the window was late: steps before these are in the project alone
  void stepped(const std::vector<uada::StepReport>& reports, bool isGap);
  void policyMoved(const std::vector<uada::PolicyReport>& reports);
  void decided(const std::vector<uada::Decision>& decisions);
  /// The window was late: so many policies and decisions are in the project alone.
  void missed(std::size_t count);
  void edited(const std::vector<uada::EditReport>& edits);
  void epochEnded(const std::vector<uada::EpochReport>& reports);
  void logged(const uada::LogEntry& entry);  ///< without the run's name
  void problem(const QString& text);
  void ended(uada::RunState state);

 private:
  void drain();
  void drainStart();
  void drainStates();
  void drainSteps();
  void drainEpochs();
  void updateProgress(const StepReport& last);
  void finish();
  void setState(SessionState state);
  void log(const QString& text, LogLevel level = LogLevel::event, qint64 step = -1);
  Controls controls() const { return uada::controls(state_, true); }

  std::unique_ptr<LiveRun> live_;
  QTimer drainTimer_;
  SessionState state_ = SessionState::preparing;
  RunProgress progress_;
  QString failure_;
  Metric metric_;              ///< the main one of its task
  bool pauseAsked_ = false;    ///< by a person
  bool firstBatch_ = true;     ///< of the attempt: earlier rows of the steps it repeats no longer count
  double secondsPerStep_ = 0;  ///< of late
  double testSeconds_ = 0;     ///< of the last test
};

}  // namespace uada
