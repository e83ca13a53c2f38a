#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <map>
#include <string>
#include <vector>

#include "core/store/MachineRow.h"

namespace uada {

class Session;

/// What the machine did while runs trained, as the project has it: read when it is first asked for; of a run
/// that trains what has come every ten seconds, or less often where it takes long, and once more at its end.
/// Of a run with many rows those that follow one another are one (kMostRows). GUI thread.
class MachineHistory : public QObject {
  Q_OBJECT
 public:
  static constexpr std::size_t kMostRows = 16'384;  ///< of a run

  /// The session's own; made when it is first asked for.
  static MachineHistory& of(Session& session);

  /// Empty at first: changed() tells when it has been read. The reference ends with the next call, with
  /// an answer and with another project: not to be kept beyond the turn of the event loop.
  const std::vector<MachineRow>& rows(qint64 run);
  bool isReading(qint64 run) const;

 Q_SIGNALS:
  void changed(qint64 run);

 private:
  explicit MachineHistory(Session& session);
  struct Run {
    std::vector<MachineRow> rows;
    MachinePlace end;  ///< in the project
    bool isAsked = false, isKnown = false;
    bool wasLive = false;  ///< when it was asked for last
    QElapsedTimer read;    ///< since then
    qint64 tookMs = 0;
    quint64 used = 0;  ///< when, in calls
    void take(MachineRows found, qint64 ms);
  };
  bool isBehind(qint64 id, const Run& run) const;
  void read(qint64 run);
  void forgetOldest();

  Session& session_;
  std::map<qint64, Run> runs_;
  quint64 calls_ = 0;
};

/// Seconds from the beginning of the first row to the end of each: of the clock, pauses too.
std::vector<double> secondsOf(const std::vector<MachineRow>& rows);

/// One number of the machine, as it is chosen in Live: "machine/program_percent". NaN: it is not known. GPU:
/// of the one that computed most.
double machineScalarOf(const MachineReading& reading, const std::string& name);
inline constexpr std::string_view kMachineScalar = "machine/";
/// At most so many: of more, each two that follow one another become one, as often as it takes.
void joinRows(std::vector<MachineRow>& rows, std::size_t most);
/// Of rows that follow one another and end at the same step, one.
struct MachineAtStep {
  std::int64_t step = 0;
  MachineReading reading;
};
std::vector<MachineAtStep> bySteps(const std::vector<MachineRow>& rows);

}  // namespace uada
