#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>

#include "core/engine/Reports.h"

namespace uada {

class Session;

/// What somebody who looks elsewhere should know.
enum class AlertKind {
  lossSpike,  ///< a loss far from those before it; once a run
  needsYou,   ///< a run failed, or has paused by itself: a number that is none, memory, the disk; once each
  finished,   ///< the last of the queue, or a run on its own
  diskLow     ///< where the project lies, while a run trains; once until there is room again
};

struct Alert {
  AlertKind kind = AlertKind::finished;
  QString text;  ///< a sentence that names the run
};

/// Watches the runs that this window trains, and raises each alert once. Each is a line of the log, too. GUI
/// thread; the disk is looked at on the project's.
class Alerts : public QObject {
  Q_OBJECT
 public:
  /// Bytes that are free at a folder; none: it cannot be told.
  using Room = std::function<std::optional<std::uint64_t>(const std::string& folder)>;
  static constexpr std::uint64_t kLeastRoom = 1'000'000'000;  ///< bytes; there is room again from twice that
  static constexpr int kLookEvery = 20'000;                   ///< ms between two looks at the disk

  /// The session's own; made when it is first asked for.
  static Alerts& of(Session& session);

  bool isOn() const { return isOn_; }
  void setOn(bool isOn) { isOn_ = isOn; }
  /// Looks at the disk now. Tests give another `room`.
  void look();
  Room room = roomAt;
  static std::optional<std::uint64_t> roomAt(const std::string& folder);

 Q_SIGNALS:
  void raised(const uada::Alert& alert);

 private:
  explicit Alerts(Session& session);
  void follow();
  void takeProblem(const QString& text);
  void takeSteps(qint64 run, const std::vector<StepReport>& reports);
  void takeRoom(std::optional<std::uint64_t> bytes);
  void raise(AlertKind kind, const QString& text);

  Session& session_;
  bool isOn_ = true;
  QTimer timer_;  ///< runs while a run does
  bool wasLive_ = false;
  bool isLow_ = false;         ///< the disk
  qint64 run_ = 0;             ///< whose losses these are
  std::deque<double> losses_;  ///< the last ones
  std::set<qint64> spiked_;    ///< runs
  std::set<QString> told_;     ///< why a run needs somebody
};

/// Whether a loss is far above those before it: by more than eight of their standard deviations, and more
/// than twice their mean. false as long as there are fewer than 50.
bool isSpike(double loss, const std::deque<double>& before);

}  // namespace uada
