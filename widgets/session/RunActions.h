#pragma once

#include <QObject>

#include "core/store/Records.h"

class QAction;

namespace uada {

class Session;
class Theme;

/// The controls of the live run as actions, for menu, tool bar and keys alike. Which are enabled follows from
/// Session::controls(), and from Session::readOnly(). The tool tip of one that is not says why, and so does
/// its property "whyNot".
class RunActions : public QObject {
  Q_OBJECT
 public:
  RunActions(Session& session, const Theme& theme, QObject* parent);

  QAction* start = nullptr;  ///< the next of the queue; with an empty queue newRunWanted() is emitted
  QAction* pause = nullptr;  ///< pause or resume
  QAction* stopAfterEpoch = nullptr;
  QAction* stopNow = nullptr;
  QAction* discard = nullptr;  ///< stop now, then Session::deleteRuns()
  QAction* checkpoint = nullptr;
  QAction* resumeSelected = nullptr;  ///< continue the selected, ended run from its newest checkpoint
  QAction* change = nullptr;          ///< a setting of the run that trains: changeWanted() is emitted
  QAction* fork = nullptr;  ///< the selected run from one of its checkpoints: forkWanted() is emitted
  QAction* verifySelected = nullptr;  ///< train steps of the selected, ended run again: verifyWanted()
  QAction* newRun = nullptr;
  QAction *demo = nullptr, *demoLong = nullptr;

 Q_SIGNALS:
  void newRunWanted();
  void demoWanted(const QString& experiment);
  void changeWanted();
  void forkWanted(qint64 run);
  void verifyWanted(qint64 run);

 private:
  void makeOfTraining();
  void makeOfRuns();
  void connectTraining();
  QAction* add(const char* name, const QString& text, const QString& icon, const QString& help);
  void update();
  void finishDiscard();
  void allow(QAction* action, const QString& whyNot);
  QString whyNotResume() const;
  QString whyNotFork() const;
  QString whyNotVerify() const;
  template <class F>
  void guarded(F action);

  Session& session_;
  const Theme& theme_;
  qint64 discarding_ = 0;  ///< the run that is to be deleted once it has stopped; 0: none
};

/// How long the demo takes, or the long one: "less than a minute on 2 cores".
QString demoTime(bool isLong);

/// Whether the run can be continued: it has ended before its last epoch, and if it failed, there is a
/// checkpoint that it has not failed from before.
bool canResume(const RunSummary& run);

/// What the run that is trained, or was last, is called: as in the list, once it stands there.
QString trainedName(const Session& session);

/// "UADA · s1   RUNNING   epoch 12/30   41 %   6:12 left" of the session, in plain text.
QString statusText(const Session& session);

}  // namespace uada
