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
  /// Null: it has not been read.
  const StepReport* at(qint64 run, std::int64_t step) const;
  /// Asks for it; one at a time, so that a pointer that moves fast asks for less.
  void read(qint64 run, std::int64_t step);

 Q_SIGNALS:
  void changed();  ///< what was asked for is there

 private:
  /// run  0: of all of them
  void forget(qint64 run);

  Session& session_;
  std::map<qint64, std::vector<StepReport>> known_;
  LatestAnswer answer_;
};

}  // namespace uada
