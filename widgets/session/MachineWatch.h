#pragma once

#include <QObject>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "core/machine/MachineReading.h"

namespace uada {

class Session;

/// Looks at the machine once a second, on a thread of its own since a driver may be slow, and keeps the
/// readings of the last hour. GUI thread.
class MachineWatch : public QObject {
  Q_OBJECT
 public:
  static constexpr std::size_t kKept = 3600;  ///< readings

  /// The session's own; made when it is first asked for.
  static MachineWatch& of(Session& session);
  /// nvml  the driver's library, for tests
  explicit MachineWatch(Session& session, std::string nvml = "libnvidia-ml.so.1");
  ~MachineWatch() override;

  const std::deque<MachineReading>& readings() const { return readings_; }
  /// Why nothing is told of GPUs; empty: it is, or nothing has been read yet.
  const QString& whyNoGpu() const { return whyNoGpu_; }

 Q_SIGNALS:
  void read();  ///< one more reading

 private:
  void watch(const std::stop_token& stop, const std::string& nvml);
  void take(MachineReading reading, const std::string& whyNoGpu);

  Session& session_;
  std::mutex mutex_;
  std::string folder_;  ///< whose disk is told; empty: none
  std::deque<MachineReading> readings_;
  QString whyNoGpu_;
  std::jthread reader_;
};

}  // namespace uada
