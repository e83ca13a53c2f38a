#pragma once

#include <QObject>
#include <QProcess>
#include <QString>

#include "widgets/session/LogEntry.h"

namespace uada {

/// Another process that trains the project's queue beside this window, run by run, on a device of its own:
/// 'uada queue run'. What it trains is seen in the project like the runs of any other program. GUI thread.
class QueueWorker : public QObject {
  Q_OBJECT
 public:
  /// program  the command line tool
  /// device   "auto", "cpu", "cuda" or "cuda:N"; "": as each run says
  QueueWorker(const QString& program, const QString& project, const QString& device);
  /// Stops with a checkpoint and waits for that, a minute at most.
  ~QueueWorker() override;

  bool isLive() const { return process_.state() != QProcess::NotRunning; }
  /// With a checkpoint.
  void stop();
  /// What it is doing: "cuda:1: r18-c10-uada-s1, step 1,200", "cpu: starting", "cpu: stopping".
  QString text() const;

 Q_SIGNALS:
  void changed();  ///< text(), or isLive()
  void logged(const uada::LogEntry& entry);
  void problem(const QString& text);  ///< why it ended, or a run failed

 private:
  void readLines();
  void readProblems(bool isOver);
  void take(const QByteArray& line);
  void finish();

  const QString name_;  ///< its device, or what stands for it
  QProcess process_;
  QString title_;  ///< of the run; "": none has begun
  qint64 step_ = 0;
  QString lastWords_;  ///< on its standard error
  bool isStopping_ = false;
};

}  // namespace uada
