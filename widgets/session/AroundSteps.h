#pragma once

#include <QObject>
#include <map>
#include <vector>

#include "core/engine/Reports.h"
#include "widgets/session/LatestAnswer.h"

namespace uada {

/// Steps of long runs, of which the window has the extremes alone: those around one step are read from the
/// project. GUI thread.
class AroundSteps : public QObject {
  Q_OBJECT
 public:
  explicit AroundSteps(Session& session, QObject* parent = nullptr);
  /// Null: it has not been read, or the project has no such step.
  const StepReport* at(qint64 run, std::int64_t step) const;
  /// Asks for it; one at a time, so that a pointer that moves fast asks for less. Where the project has no
  /// such step it is asked once.
  void read(qint64 run, std::int64_t step);

 Q_SIGNALS:
  void changed();  ///< what was asked for is there

 private:
  /// The rows around a step.
  struct Known {
    std::int64_t middle = 0;
    std::vector<StepReport> rows;
  };
  /// run  0: of all of them
  void forget(qint64 run);

  Session& session_;
  std::map<qint64, Known> known_;
  LatestAnswer answer_;
};

}  // namespace uada
