#pragma once

#include <QLabel>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "widgets/session/Machine.h"

namespace uada {

class Session;

/// "81 %" and "12.4 of 80.0 GB, 310 W" of a GPU, with what its driver tells.
QString gpuText(const GpuLoad& gpu);

/// "cpu, 2 threads | GPU 81 %, 12.4 of 80.0 GB | CPU 140 % | memory 3.1 of 24.0 GB | disk 71 GB free" in the
/// status bar, every two seconds. A thread of its own reads what may take long.
class MachineLabel : public QLabel {
  Q_OBJECT
 public:
  /// nvml  the driver's library, for tests
  explicit MachineLabel(const Session& session, QWidget* parent = nullptr,
                        std::string nvml = "libnvidia-ml.so.1");
  ~MachineLabel() override;

 private:
  struct Reading {
    MemoryLoad memory;
    std::vector<GpuLoad> gpus;
    std::string whyNoGpu;
    std::int64_t diskFree = -1;  ///< bytes; below 0: not known
  };
  void watch(const std::stop_token& stop, const std::string& nvml);
  void show(const Reading& reading);

  const Session& session_;
  std::mutex mutex_;
  std::string folder_;     ///< whose disk is told; empty: none
  double cpuSeconds_ = 0;  ///< of this process, at the last look
  double wallSeconds_ = 0;
  std::jthread reader_;
};

}  // namespace uada
