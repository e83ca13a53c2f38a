#pragma once

#include <QObject>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/Reports.h"
#include "widgets/session/Pyramid.h"

namespace uada {

class Session;

/// A number that every step of a run has, as it is chosen in Live.
struct StepScalar {
  std::string name;  ///< "learning_rate", "images_per_second"; of the task: "train/top1"
  QString title, unit;
  double scale = 1;  ///< shown is the value times this
};
/// Learning rate, gradient norm, throughput, what the tasks of these runs record of a trained batch, and what
/// the machine did meanwhile.
std::vector<StepScalar> stepScalars(const Session& session, const std::vector<qint64>& runs);
/// Of a step; NaN: it has none. Also "loss" and "gain"; not of the machine.
double scalarOf(const StepReport& step, const std::string& name);

/// Numbers of the steps of runs beside loss and gain, which Histories has: read when they are first asked
/// for, and kept up while a run trains. GUI thread.
class StepScalars : public QObject {
  Q_OBJECT
 public:
  explicit StepScalars(Session& session, QObject* parent = nullptr);

  /// Empty at first: changed() tells when it has been read. Never null.
  const Pyramid& of(qint64 run, const std::string& name);
  const Pyramid& smooth(qint64 run, const std::string& name, double weight);
  /// Samples trained on, up to and with a step.
  const Pyramid& samples(qint64 run) { return of(run, kSamples); }
  static constexpr const char* kSamples = "samples";
  /// Forgets the runs of which nothing was asked since the last call: their curves are large.
  void forgetUnused();

 Q_SIGNALS:
  void changed();

 private:
  struct Run {
    std::map<std::string, Pyramid> curves;
    std::map<std::string, Smoothing> smooth;
    double samples = 0;
    std::int64_t last = 0;
    bool isAsked = false;  ///< being read
    int attempts = 0;
    bool hasAll = false;           ///< what there was when it was asked for has been read
    bool isUsed = true;            ///< since forgetUnused()
    bool hasMachine = false;       ///< its curves are those of the rows that are known
    std::vector<StepReport> live;  ///< reported meanwhile
    void add(const StepReport& step);
  };
  Run& runWith(qint64 run, const std::string& name);
  Run& runOf(qint64 run);
  Run& machineOf(qint64 run);
  void read(qint64 run);
  void take(qint64 run, std::int64_t after, std::optional<std::vector<StepReport>> steps);
  void follow(qint64 run);

  Session& session_;
  std::map<qint64, Run> runs_;
};

}  // namespace uada
