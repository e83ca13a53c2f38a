// In the place of the driver's library: one GPU, and one that tells nothing but its name.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

struct Utilization {
  unsigned gpu, memory;
};
struct Memory {
  unsigned long long total, free, used;
};

static std::atomic<int> hanging = 0;
static void* const kFirst = reinterpret_cast<void*>(1);

extern "C" {
int nvmlInit_v2() { return std::getenv("FAKE_NVML_FAILS") ? 9 : 0; }
int nvmlShutdown() { return 0; }
/// Calls that hang just now.
int fakeNvmlHanging() { return hanging; }
int nvmlDeviceGetCount_v2(unsigned* count) {
  ++hanging;
  while (std::getenv("FAKE_NVML_HANGS")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  --hanging;
  *count = 2;
  return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = reinterpret_cast<void*>(static_cast<std::size_t>(index + 1));
  return 0;
}
int nvmlDeviceGetName(void* device, char* name, unsigned length) {
  std::strncpy(name, device == kFirst ? "Fake H200" : "Silent", length);
  return 0;
}
int nvmlDeviceGetUtilizationRates(void* device, Utilization* use) {
  use->gpu = 81;
  use->memory = 7;
  return device == kFirst ? 0 : 3;
}
int nvmlDeviceGetMemoryInfo(void* device, Memory* memory) {
  memory->total = 150000000000ull;
  memory->used = 12400000000ull;
  memory->free = memory->total - memory->used;
  return device == kFirst ? 0 : 3;
}
int nvmlDeviceGetPowerUsage(void* device, unsigned* milliwatts) {
  *milliwatts = 310499;
  return device == kFirst ? 0 : 3;
}
int nvmlDeviceGetTemperature(void* device, int sensor, unsigned* celsius) {
  *celsius = 54;
  return device == kFirst && sensor == 0 ? 0 : 3;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(void* device, unsigned long long* reasons) {
  *reasons = 0x1 | 0x4 | 0x40;  // idle, power cap, hot
  return device == kFirst ? 0 : 3;
}
}
