#pragma once

#include <QColor>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/engine/Engine.h"
#include "widgets/session/Histories.h"
#include "widgets/session/ProjectView.h"

namespace uada {

class LiveRun;
class Theme;

/// What the window is doing. `idle`: nothing was started since the project was opened.
enum class SessionState {
  idle,
  preparing,
  running,
  paused,
  stopping,
  finished,
  stopped,
  failed,
  interrupted
};
QString stateWord(SessionState state);  ///< "running": always shown with an icon and a colour
QString stateWord(RunState state);
QString stateIcon(RunState state);    ///< name for Theme::icon
QString stateColour(RunState state);  ///< name for Theme::colour
QString stateColour(SessionState state);
SessionState sessionState(RunState state);

/// Which controls may be used: the one source for every button, menu entry and key.
struct Controls {
  bool start = false, pause = false, resume = false, stop = false, checkpoint = false;
  friend bool operator==(const Controls&, const Controls&) = default;
};
Controls controls(SessionState state, bool hasProject);

/// Progress of the live run, for the tool bar.
struct Progress {
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
};

/// Owns the project and the live run on the GUI side; everything the panels show comes from here. Lives on
/// the GUI thread. The engine is loaded, and the run made and destroyed, on a thread of its own (LiveRun);
/// its reports come through overwriting mailboxes drained by one 33 ms timer, so that training never waits
/// for the window.
class Session : public QObject {
  Q_OBJECT
 public:
  using EngineProvider = std::function<Engine&()>;
  /// engine   called on a background thread; tests give a fake
  /// answers  of what is asked of the project
  explicit Session(
      const Theme& theme, EngineProvider engine = []() -> Engine& { return loadEngine(); },
      Answers answers = Answers::later);
  /// Stops a live run with a checkpoint and waits for it.
  ~Session() override;

  /// Begins to open or create another project; once it is open the present one is closed, and
  /// projectChanged() is emitted. Throws Error if a run is live, and with Answers::atOnce if it cannot be
  /// opened; else that is a problem(). then  called once it is open
  void openProject(const QString& file, std::function<void()> then = [] {});
  void closeProject();
  bool hasProject() const { return view_ != nullptr; }
  QString projectFile() const;
  /// Asks the project, as ProjectView::ask() does. Throws Error if none is open.
  template <class Work, class Then>
  void ask(const QObject* context, Work work, Then then) {
    view().ask(context, std::move(work), std::move(then));
  }
  /// Tells as a problem() what was damaged and left out of what was read; each once.
  void tellRemarks(const QStringList& remarks);

  SessionState state() const { return state_; }
  Controls controls() const { return uada::controls(state_, hasProject()); }
  const Progress& progress() const { return progress_; }
  bool isLive() const;
  qint64 liveRun() const { return isLive() ? progress_.run : 0; }
  /// Why the last run failed, or "".
  QString failure() const { return failure_; }

  /// Newest first, kept up to date; runs of other processes too.
  const std::vector<RunSummary>& runs() const { return list_->runs; }
  const std::shared_ptr<const RunList>& list() const { return list_; }
  const RunSummary* find(qint64 run) const { return list_->find(run); }
  QString nameOf(qint64 run) const { return list_->nameOf(run); }
  QColor colour(qint64 run) const;
  Histories& histories() { return histories_; }

  qint64 selectedRun() const { return selected_; }
  bool isChecked(qint64 run) const { return checked_.contains(run); }
  std::vector<qint64> checkedRuns() const;  ///< in the order of the list
  std::vector<qint64> shownRuns() const;    ///< the checked ones and the selected one

  qint64 cursor() const { return cursor_; }  ///< step of the selected run, from 1; 0: nothing yet
  qint64 lastStep() const;                   ///< of the selected run
  bool followsLive() const { return follow_; }
  /// The project's queue, the next run first; kept up to date, whoever changes it.
  const std::vector<QueuedRun>& queued() const { return list_->queue; }

 public Q_SLOTS:
  /// Start if nothing is live, else queue. Errors that stop it at once are thrown; later ones make the state
  /// failed.
  void start(const uada::RunConfig& config);
  void queue(const std::vector<uada::RunConfig>& configs);
  void unqueue(qint64 queued);
  /// Continues the run from its newest checkpoint. Throws Error if another one is live.
  void resumeRun(qint64 run);
  void pause();
  void resume();
  void stopAfterEpoch();
  void stopNow();
  void checkpoint();
  /// Takes the next one from the queue if nothing is live.
  void startNext();
  /// Takes away the message of the last failure.
  void dismissFailure();

  void select(qint64 run);
  void setChecked(qint64 run, bool checked);
  void setCursor(qint64 step);  ///< also ends following unless it is the last step
  void setFollowsLive(bool follow);
  void removeRun(qint64 run);  ///< not the live one: throws Error
  void setNotes(qint64 run, const QString& notes, const QString& tags);
  void refresh();  ///< reads the list of runs again

 Q_SIGNALS:
  void projectChanged();
  void runsChanged();
  void stateChanged();  ///< state, controls or progress
  void stepped(qint64 run, const std::vector<uada::StepReport>& reports);
  void policyMoved(qint64 run, const std::vector<uada::PolicyReport>& reports);
  void decided(qint64 run, const std::vector<uada::Decision>& decisions);
  void epochEnded(qint64 run, const std::vector<uada::EpochReport>& reports);
  void reloaded(qint64 run);  ///< what is stored of it changed otherwise: read it again
  void logged(const QString& line);
  void problem(const QString& text);  ///< what, why and what to do
  void cursorChanged(qint64 step);
  void selectionChanged(qint64 run);
  void checkedChanged();
  void queueChanged();

 private:
  ProjectView& view() const;
  void adopt(std::unique_ptr<ProjectView> view, std::shared_ptr<RunList> list);
  void leave(std::unique_ptr<ProjectView> view);
  void begin(RunConfig config, std::int64_t queued, std::optional<RunDetail> resumed);
  void drain();
  void drainStart();
  void drainStates();
  void drainReports();
  void appendSteps(const std::vector<StepReport>& reports, bool lost);
  void finishRun();
  void flushThenRefresh(bool startsNext);
  void poll();
  void readChanges();
  void setState(SessionState state);
  void updateProgress(const StepReport& last);
  void takeList(std::shared_ptr<RunList> list);
  template <class Work>
  void change(Work work);

  const Theme& theme_;
  EngineProvider engine_;
  const Answers answers_;
  std::unique_ptr<ProjectView> view_, opening_;
  std::vector<std::unique_ptr<ProjectView>> leaving_;  ///< closed, but still reading
  std::unique_ptr<LiveRun> live_;  ///< after view_: stopped and joined before the writer goes
  QTimer drainTimer_, pollTimer_;
  SessionState state_ = SessionState::idle;
  Progress progress_;
  QString failure_;
  std::shared_ptr<const RunList> list_ = std::make_shared<const RunList>();  ///< never null
  Histories histories_;
  std::set<qint64> checked_;
  qint64 selected_ = 0, cursor_ = 0;
  bool follow_ = true;
  bool pauseAsked_ = false;    ///< by a person
  bool firstBatch_ = false;    ///< of an attempt: earlier rows of the steps it repeats are dropped
  double secondsPerStep_ = 0;  ///< of late
  std::int64_t dataVersion_ = -1;
  bool polling_ = false, starting_ = false;  ///< asked, and not answered yet
  QString lastWriterProblem_;
  QStringList remarks_;  ///< told before
};

}  // namespace uada
