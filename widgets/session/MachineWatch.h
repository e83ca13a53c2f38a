#pragma once

#include <QObject>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>

#include "core/base/LooseThread.h"
#include "core/machine/MachineReading.h"

namespace uada {

class Session;

/// Looks at the machine once a second, on a thread of its own since a driver may be slow, and keeps the
/// readings of the last hour. A driver that does not answer holds up nobody, at the end neither. GUI thread.
class MachineWatch : public QObject {
  Q_OBJECT
 public:
  static constexpr std::size_t kKept = 3600;  ///< readings

  /// The session's own; made when it is first asked for.
  static MachineWatch& of(Session& session);
  /// nvml  the driver's library, for tests
  explicit MachineWatch(Session& session, const std::string& nvml = "libnvidia-ml.so.1");
  ~MachineWatch() override;

  const std::deque<MachineReading>& readings() const { return readings_; }
  /// Why nothing is told of GPUs; empty: it is, or nothing has been read yet.
  const QString& whyNoGpu() const { return whyNoGpu_; }

 Q_SIGNALS:
  void read();  ///< one more reading

 private:
  struct Shared;
  static void watch(Shared& shared, const std::string& nvml, const std::stop_token& stop);
  void take(MachineReading reading, const std::string& whyNoGpu);

  Session& session_;
  const std::shared_ptr<Shared> shared_;
  std::deque<MachineReading> readings_;
  QString whyNoGpu_;
  LooseThread reader_;
};

}  // namespace uada
