#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace uada {

/// One NVIDIA GPU, as its driver tells. NaN: the driver does not tell it.
struct GpuLoad {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  std::string name;
  double percent = kUnknown;                 ///< of the time in which it computed
  double used = kUnknown, total = kUnknown;  ///< memory, bytes
  double watts = kUnknown, celsius = kUnknown;
  /// Why its clock is held down, "power cap, heat"; empty: it is not; kUntold: the driver does not tell.
  std::string throttle = kUntold;
  static constexpr const char* kUntold = "unknown";
  bool isThrottled() const { return !throttle.empty() && throttle != kUntold; }

  template <class R, class V>
  static void visit(R& r, V& v) {
    v.field("name", r.name);
    v.field("percent", r.percent);
    v.field("memory_used", r.used);
    v.field("memory_total", r.total);
    v.field("watts", r.watts);
    v.field("celsius", r.celsius);
    v.field("throttle", r.throttle);
  }
};
/// NVML's bits of nvmlDeviceGetCurrentClocksThrottleReasons in words. That it has nothing to do, or that
/// somebody has set its clock, is no reason.
std::string throttleText(unsigned long long reasons);

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
  /// A few tenths of a millisecond each; empty: there is none. One that does not answer has no numbers.
  std::vector<GpuLoad> read() const;

 private:
  struct Functions;
  GpuLoad readOne(unsigned index) const;
  std::unique_ptr<Functions> functions_;
  std::string whyNot_;
};

/// Memory of the machine and of this program, bytes.
struct MemoryLoad {
  std::int64_t used = 0, total = 0, program = 0;
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
