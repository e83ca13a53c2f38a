#pragma once

#include <QColor>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/base/Json.h"
#include "core/engine/Engine.h"
#include "widgets/session/Edits.h"
#include "widgets/session/GroupColours.h"
#include "widgets/session/Histories.h"
#include "widgets/session/Judging.h"
#include "widgets/session/Landscaping.h"
#include "widgets/session/Predicting.h"
#include "widgets/session/ProjectView.h"
#include "widgets/session/QueueWorker.h"
#include "widgets/session/Selection.h"
#include "widgets/session/State.h"
#include "widgets/session/TrainedRun.h"
#include "widgets/session/Verifying.h"

namespace uada {

class Theme;

/// Wires what the window has of a project: the view of its file, the list of its runs, the selection, the
/// histories, and the run that is trained. Everything the panels show comes from here. GUI thread.
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
  /// Why the open project can only be looked at; "": it can be changed.
  QString readOnly() const;
  /// Asks the project, as ProjectView::ask() does. Throws Error if none is open.
  template <class Work, class Then>
  void ask(const QObject* context, Work work, Then then, Access access = Access::read) {
    view().ask(context, std::move(work), std::move(then), access);
  }
  /// What the window remembers with the project, by the view's name: null where there is nothing. Kept in the
  /// project's folder; of a project that can only be read until it is closed.
  Json remembered(const std::string& view) const;
  void remember(const std::string& view, Json what);
  /// What can be undone, of the project and of how it is shown; forgotten with the project.
  Edits& edits() { return edits_; }
  /// Keeps an edit, and tells of it as undoOffered(): what changes the project is not seen otherwise.
  void offerUndo(Edits::Edit edit, const QObject* of = nullptr);
  /// remember(), which can be undone: then viewRestored() is told.
  void editView(const std::string& view, Json what, const QString& text, const QString& goesOn = {});
  /// Runs that were deleted here, and can be restored.
  std::vector<qint64> deletedRuns() const;
  /// Tells as a problem() what was damaged and left out of what was read; each once.
  void tellRemarks(const QStringList& remarks);

  /// The run that is trained, or was trained last since the project was opened; null: none.
  TrainedRun* training() const { return training_.get(); }
  SessionState state() const { return training_ ? training_->state() : SessionState::idle; }
  Controls controls() const { return uada::controls(state(), hasProject() && readOnly().isEmpty()); }
  const RunProgress& progress() const;  ///< of training(); else nothing
  bool isLive() const { return training_ && training_->isLive(); }
  qint64 liveRun() const { return isLive() ? progress().run : 0; }
  /// The run that failed last, until another one is started by a person, or the message is dismissed.
  struct Failure {
    qint64 run = 0;  ///< 0: it has not become one
    QString title, why;
  };
  const Failure& failed() const { return failure_; }
  /// Why it failed; "": none did.
  const QString& failure() const { return failure_.why; }
  /// Other processes of this window that train the queue, too: those that live.
  std::vector<const QueueWorker*> workers() const;
  bool isTraining() const { return isLive() || !workers().empty(); }
  /// Predictions that are being made, or were made last; null: none.
  Predicting* predicting() const { return predicting_.get(); }
  bool isPredicting() const { return predicting_ && predicting_->isLive(); }
  /// Begins to make some. Throws Error while a run trains here, whose bits another job could change, and
  /// while others are being made.
  Predicting& predict(Predicting::Wanted wanted);
  /// A landscape that is being computed, or was last; null: none.
  Landscaping* landscaping() const { return landscaping_.get(); }
  /// Begins to compute one. Throws Error as predict() does.
  Landscaping& landscape(Landscaping::Wanted wanted);
  /// Steps of a run that are being trained again, or were last; null: none.
  Verifying* verifying() const { return verifying_.get(); }
  /// Begins to train the newest of them again; what comes out is kept with the run. Throws Error as predict()
  /// does, and if the project can only be read.
  Verifying& verify(qint64 run, std::int64_t steps);
  /// Augmented images that are being judged by a frozen network, or were last; null: none.
  Judging* judging() const { return judging_.get(); }
  /// Begins to. Throws Error as predict() does.
  Judging& judge(Judging::Wanted wanted);
  /// The command line tool; beside the window's program.
  QString workerProgram;
  Selection& selection() { return selection_; }
  Histories& histories() { return histories_; }

  /// Newest first, kept up to date; runs of other processes too.
  const std::vector<RunSummary>& runs() const { return list_->runs; }
  const std::shared_ptr<const RunList>& list() const { return list_; }
  const RunSummary* find(qint64 run) const { return list_->find(run); }
  /// By what tells it from all other runs of the project.
  QString nameOf(qint64 run) const { return list_->nameOf(run, list_->commonPart()); }
  QColor colour(qint64 run) const;       ///< a shade of its group's
  QColor groupColour(qint64 run) const;  ///< of the run's group
  const GroupColours& colours() const { return colours_; }
  /// A person's choice for the run's group, kept with the project; not valid: the usual one again. Can be
  /// undone.
  void chooseColour(qint64 run, const QColor& colour);
  const QueueRules& queueRules() const { return list_->queueRules; }
  /// The project's queue, the next run first; kept up to date, whoever changes it.
  const std::vector<QueuedRun>& queued() const { return list_->queue; }

 public Q_SLOTS:
  /// Start if nothing is live, else queue. Errors that stop it at once are thrown; later ones make the state
  /// failed.
  void start(const uada::RunConfig& config);
  void queue(const std::vector<uada::RunConfig>& configs);
  void unqueue(qint64 queued);
  /// Takes runs out of the queue, and offers to undo it.
  void unqueue(const std::vector<qint64>& queued);
  /// Those, in this order, come to stand before another one; before 0: at the end.
  void moveQueued(const std::vector<qint64>& queued, qint64 before);
  void setQueueRules(const uada::QueueRules& rules);
  /// Continues the run from its newest checkpoint. Throws Error if another one is live.
  void resumeRun(qint64 run);
  /// The same, one after the other.
  void resumeRuns(const std::vector<qint64>& runs);
  /// Starts a new run from a checkpoint of this one. Throws Error if another one is live; settings that a
  /// fork keeps are told as a problem(). sets  of forkedConfig()
  void forkRun(qint64 run, const uada::FoundCheckpoint& from, const std::vector<std::string>& sets);
  /// Takes the next one from the queue if nothing is live.
  void startNext();
  /// Trains the queue in another process as well. Throws Error if no project is open.
  /// device  "": as each run says
  void startWorker(const QString& device);
  /// Trains them in lock-step in another process: those that differ in the method alone are twins. They go
  /// through the queue. Throws Error if they are no twins, or no project is open.
  void startTwins(const std::vector<uada::RunConfig>& runs);
  /// The same of UADA's three directions, from the newest checkpoint of a run, up to so many epochs.
  void startDirections(qint64 run, int epochs);
  /// With checkpoints.
  void stopWorkers();
  /// Takes away the message of the last failure.
  void dismissFailure();

  /// Takes runs out of the list; the project gives them up when it is closed here, and not before: until then
  /// restoreRuns() brings them back, as does a crash. Offers to undo it. Throws Error if one is live.
  void deleteRuns(const std::vector<qint64>& runs);
  void restoreRuns(const std::vector<qint64>& runs);
  void renameRun(qint64 run, const QString& title);
  void setNotes(qint64 run, const QString& notes, const QString& tags);
  void refresh();  ///< reads the list of runs again

 Q_SIGNALS:
  void projectChanged();
  void runsChanged();
  void stateChanged();  ///< state, controls or progress
  void workersChanged();
  void stepped(qint64 run, const std::vector<uada::StepReport>& reports);
  void policyMoved(qint64 run, const std::vector<uada::PolicyReport>& reports);
  void decided(qint64 run, const std::vector<uada::Decision>& decisions);
  void epochEnded(qint64 run, const std::vector<uada::EpochReport>& reports);
  void reloaded(qint64 run);  ///< what is stored of it changed otherwise: read it again
  void logged(const uada::LogEntry& entry);
  /// Something was done that undo() takes back, as long as the project is open. It stands in edits(), too.
  void undoOffered(const QString& what, const std::function<void()>& undo);
  void viewRestored(const QString& view);  ///< what is remembered() of it is what it was before
  void problem(const QString& text);       ///< what, why and what to do
  void queueChanged();

 private:
  ProjectView& view() const;
  void adopt(std::unique_ptr<ProjectView> view, std::shared_ptr<RunList> list);
  void leave(std::unique_ptr<ProjectView> view);
  void begin(LiveRun::Wanted wanted);
  void watch(TrainedRun& training);
  void showBegun(const RunSummary& run);
  void takeSteps(const std::vector<StepReport>& reports, bool isGap);
  void flushThenRefresh(bool startsNext);
  void poll();
  void readChanges();
  using Reading = std::function<std::shared_ptr<RunList>(const OpenProject&)>;
  Reading reading() const;
  void takeNext(bool isWanted);
  void goOn(RunState ended);
  void takeFailure();
  void keepRemembered();
  void giveUpDeleted();
  void rememberTicks();
  void keepTicks(const std::set<qint64>& before);
  void addWorker(const QueueWorker::Training& training);
  void takeColours();
  void restoreView(const std::string& view, const Json& to);
  std::optional<std::set<qint64>> rememberedTicks() const;
  struct Changes;
  void takeChanges(Changes changes);
  void takeList(std::shared_ptr<RunList> list);
  void showAwaited();
  void refuseWhileTraining(const std::string& what) const;
  void refuseWhileExamining(const std::string& what) const;
  qint64 lastStepOf(qint64 run) const;
  void change(std::function<void(const OpenProject&)> work);
  /// change(), to be done later: for edits().
  std::function<void()> changing(std::function<void(const OpenProject&)> work) {
    return [this, work = std::move(work)] { change(work); };
  }

  const Theme& theme_;
  EngineProvider engine_;
  const Answers answers_;
  std::unique_ptr<ProjectView> view_, opening_;
  std::vector<std::unique_ptr<ProjectView>> leaving_;  ///< closed, but still reading
  std::vector<std::unique_ptr<QueueWorker>> workers_;
  std::set<qint64> awaited_;  ///< runs that these began and that were not read from the project yet
  std::unique_ptr<Predicting> predicting_;
  std::unique_ptr<Landscaping> landscaping_;
  std::unique_ptr<Verifying> verifying_;
  std::unique_ptr<Judging> judging_;
  std::unique_ptr<TrainedRun> training_;  ///< after view_: stopped and joined before the writer goes
  std::shared_ptr<const RunList> list_ = std::make_shared<const RunList>();  ///< never null
  GroupColours colours_;
  Histories histories_;
  Selection selection_;
  Edits edits_;
  QTimer pollTimer_;
  std::int64_t dataVersion_ = -1;
  bool polling_ = false, starting_ = false;  ///< asked, and not answered yet
  qint64 begun_ = 0;                         ///< a run that no list that was read has told of yet; 0: none
  QString lastWriterProblem_, lastPollProblem_;
  QStringList remarks_;  ///< told before
  Failure failure_;
  std::map<qint64, int> deleted_;  ///< with the attempts that they had
  std::vector<qint64> toResume_;   ///< before the queue goes on
  std::set<qint64> refused_;       ///< of the queue: they could not become runs
  qint64 taken_ = 0;               ///< of the queue: what training() is; 0: it was not in it
  Json remembered_ = Json::object();
  bool tellTicks_ = true;  ///< a change of the ticks is to be remembered
  QTimer keepTimer_;       ///< runs while something is to be written
  QTimer missedTimer_;     ///< runs until what the window was late for is read from the project
};

}  // namespace uada
