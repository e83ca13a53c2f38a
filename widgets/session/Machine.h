#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace uada {

/// One NVIDIA GPU, as its driver tells. Each is none where the driver does not tell it.
struct GpuLoad {
  std::string name;
  std::optional<int> percent;                ///< of the time in which it computed
  std::optional<std::uint64_t> used, total;  ///< memory, bytes
  std::optional<int> watts, celsius;
};

/// NVIDIA's management library, which comes with the driver: opened where it is there, never linked.
class Nvml {
 public:
  /// library  its file; tests give another one
  explicit Nvml(const char* library = "libnvidia-ml.so.1");
  ~Nvml();
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  /// Why nothing can be told of GPUs; empty: it can.
  const std::string& whyNot() const { return whyNot_; }
  std::vector<GpuLoad> read() const;  ///< a few tenths of a millisecond each; empty: there is none

 private:
  struct Functions;
  std::unique_ptr<Functions> functions_;
  std::string whyNot_;
};

/// Memory of the machine and of this program, bytes.
struct MemoryLoad {
  std::uint64_t used = 0, total = 0, program = 0;
};
/// From /proc. Zeros where that is not there.
MemoryLoad readMemory();

/// Seconds of a clock that is never set, and of the processor: of this program, and of all that runs on all
/// cores (none: the system does not tell it).
double steadySeconds();
double programSeconds();
std::optional<double> machineSeconds();
/// What this program has given to disks to write; none: the system does not tell it.
std::optional<double> bytesWritten();

}  // namespace uada
