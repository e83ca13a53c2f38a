#pragma once

#include <QObject>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <vector>

#include "widgets/session/LogEntry.h"

namespace uada {

class Json;

/// Another process that trains beside this window: the project's queue, run by run, on a device of its own
/// ('uada queue run'), or twins ('uada twins'). What it trains is seen in the project like the runs of any
/// other program. GUI thread.
class QueueWorker : public QObject {
  Q_OBJECT
 public:
  struct Training {
    QString name;  ///< its device, or what stands for it
    QString what;  ///< "the training of the queue on cuda:1": begins a sentence that says why it ended
    QStringList arguments;  ///< of the command line tool; it writes JSON lines
    bool areTwins = false;  ///< several runs train at once
  };
  /// device  "auto", "cpu", "cuda" or "cuda:N"; "": as each run says
  static Training ofQueue(const QString& project, const QString& device);
  /// Of runs of the queue, by their numbers.
  static Training ofTwins(const QString& project, const std::vector<qint64>& queued);
  /// Of UADA's three directions from the newest checkpoint of a run, up to so many epochs.
  static Training ofDirections(const QString& project, const QString& key, int epochs);
  /// program  the command line tool
  QueueWorker(const QString& program, const Training& training);
  /// Stops with a checkpoint and waits for that, a minute at most.
  ~QueueWorker() override;

  bool isLive() const { return process_.state() != QProcess::NotRunning; }
  /// With a checkpoint.
  void stop();
  /// What it is doing: "cuda:1: r18-c10-uada-s1, step 1,200", "cpu: starting", "cpu: stopping".
  QString text() const;

 Q_SIGNALS:
  void changed();  ///< text(), or isLive()
  void begun(qint64 run);
  void logged(const uada::LogEntry& entry);
  void problem(const QString& text);  ///< why it ended, or a run failed

 private:
  void readLines();
  void readProblems(bool isOver);
  void take(const QByteArray& line);
  void takeEnd(const QString& kind, const Json& json);
  void finish();

  const Training training_;
  QProcess process_;
  QStringList titles_;  ///< of the run, or the twins, that it trains; empty: none has begun
  qint64 step_ = 0, epoch_ = 0;
  QString lastWords_;  ///< on its standard error
  bool isStopping_ = false;
  bool isOver_ = false;  ///< what titles_ names has ended
};

}  // namespace uada
