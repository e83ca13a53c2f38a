#include "core/machine/Machine.h"

#include <dlfcn.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <utility>

namespace uada {

// What is used of NVML's interface (nvml.h of the driver's documentation); it is the same in all of its
// versions.
struct Nvml::Functions {
  struct Utilization {
    unsigned gpu, memory;
  };
  struct Memory {
    unsigned long long total, free, used;
  };
  using Device = struct nvmlDevice*;
  void* library = nullptr;
  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  int (*count)(unsigned*) = nullptr;
  int (*handle)(unsigned, Device*) = nullptr;
  int (*name)(Device, char*, unsigned) = nullptr;
  int (*utilization)(Device, Utilization*) = nullptr;
  int (*memory)(Device, Memory*) = nullptr;
  int (*power)(Device, unsigned*) = nullptr;                    // milliwatts
  int (*temperature)(Device, int sensor, unsigned*) = nullptr;  // sensor 0: the GPU
  int (*throttle)(Device, unsigned long long*) = nullptr;
};

template <class Function>
static bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Nvml::Nvml(const char* library) {
  void* opened = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!opened) {
    whyNot_ = "no NVIDIA driver: " + std::string(library) + " is not there";
    return;
  }
  auto f = std::make_unique<Functions>();
  f->library = opened;
  const bool isWhole = find(opened, "nvmlInit_v2", f->init) && find(opened, "nvmlShutdown", f->shutdown) &&
                       find(opened, "nvmlDeviceGetCount_v2", f->count) &&
                       find(opened, "nvmlDeviceGetHandleByIndex_v2", f->handle) &&
                       find(opened, "nvmlDeviceGetName", f->name) &&
                       find(opened, "nvmlDeviceGetUtilizationRates", f->utilization) &&
                       find(opened, "nvmlDeviceGetMemoryInfo", f->memory);
  find(opened, "nvmlDeviceGetPowerUsage", f->power);
  find(opened, "nvmlDeviceGetTemperature", f->temperature);
  // Newer drivers call it ...EventReasons, and still have the old name.
  find(opened, "nvmlDeviceGetCurrentClocksThrottleReasons", f->throttle) ||
      find(opened, "nvmlDeviceGetCurrentClocksEventReasons", f->throttle);
  if (!isWhole) {
    whyNot_ = std::string(library) + " has not all that is needed";
    ::dlclose(opened);
    return;
  }
  if (const int code = f->init(); code != 0) {
    whyNot_ = "the NVIDIA driver does not answer (NVML error " + std::to_string(code) + ")";
    ::dlclose(opened);
    return;
  }
  functions_ = std::move(f);
}

Nvml::~Nvml() {
  if (!functions_) return;
  functions_->shutdown();
  ::dlclose(functions_->library);
}

std::string throttleText(unsigned long long reasons) {
  constexpr std::pair<unsigned long long, const char*> kReasons[] = {
      {0x04, "power cap"},       {0x08, "hardware slowdown"}, {0x10, "sync boost"},    {0x20, "heat"},
      {0x40, "heat (hardware)"}, {0x80, "power brake"},       {0x100, "display clock"}};
  std::string text;
  for (const auto& [bit, name] : kReasons)
    if (reasons & bit) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

GpuLoad Nvml::readOne(unsigned index) const {
  const Functions& f = *functions_;
  GpuLoad gpu;
  Functions::Device device = nullptr;
  if (f.handle(index, &device) != 0) return gpu;
  std::array<char, 96> name{};
  if (f.name(device, name.data(), name.size()) == 0) gpu.name = name.data();
  if (Functions::Utilization use{}; f.utilization(device, &use) == 0) gpu.percent = use.gpu;
  if (Functions::Memory memory{}; f.memory(device, &memory) == 0) {
    gpu.used = static_cast<double>(memory.used);
    gpu.total = static_cast<double>(memory.total);
  }
  if (unsigned milliwatts = 0; f.power && f.power(device, &milliwatts) == 0)
    gpu.watts = std::round(milliwatts / 1000.0);
  if (unsigned celsius = 0; f.temperature && f.temperature(device, 0, &celsius) == 0) gpu.celsius = celsius;
  if (unsigned long long reasons = 0; f.throttle && f.throttle(device, &reasons) == 0)
    gpu.throttle = throttleText(reasons);
  return gpu;
}

std::vector<GpuLoad> Nvml::read() const {
  std::vector<GpuLoad> gpus;
  unsigned count = 0;
  if (!functions_ || functions_->count(&count) != 0) return gpus;
  for (unsigned i = 0; i < count; ++i) gpus.push_back(readOne(i));
  return gpus;
}

MemoryLoad readMemory() {
  MemoryLoad load;
  std::ifstream file("/proc/meminfo");
  std::int64_t available = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    std::int64_t kibibytes = 0;
    words >> name >> kibibytes;
    if (name == "MemTotal:") load.total = 1024 * kibibytes;
    if (name == "MemAvailable:") available = 1024 * kibibytes;
  }
  load.used = load.total - available;
  std::int64_t pages = 0, resident = 0;
  if (std::ifstream own("/proc/self/statm"); own >> pages >> resident)
    load.program = resident * static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE));
  return load;
}

static double secondsOf(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double steadySeconds() { return secondsOf(CLOCK_MONOTONIC); }
double programSeconds() { return secondsOf(CLOCK_PROCESS_CPUTIME_ID); }

// The first line of /proc/stat: ticks of all cores in user, nice, system, idle, iowait, irq, softirq, steal.
std::optional<double> machineSeconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  std::array<double, 8> ticks{};
  if (!(file >> name) || name != "cpu") return {};
  for (double& each : ticks)
    if (!(file >> each)) return {};
  const double busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
  return busy / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::optional<double> bytesWritten() {
  std::ifstream file("/proc/self/io");
  double bytes = 0;
  for (std::string name; file >> name >> bytes;)
    if (name == "write_bytes:") return bytes;
  return {};
}

}  // namespace uada
