#include "core/engine/train/Device.h"

#include <caffe2/core/common.h>
#include <dlfcn.h>
#include <fmt/core.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/config/DeviceName.h"
#include "core/engine/models/EachThread.h"

namespace uada {
namespace {

struct Cuda {
  int devices = 0;
  std::string reason;  ///< why there is none
};

bool driverIsThere() {
  std::error_code missing;
  if (std::filesystem::exists("/dev/nvidiactl", missing)) return true;
  return dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) != nullptr;
}

/// The file that a function of LibTorch was loaded from tells where its CUDA part lies.
std::filesystem::path cudaLibrary() {
  Dl_info info{};
  dladdr(reinterpret_cast<void*>(&at::get_num_threads), &info);
  return std::filesystem::path(info.dli_fname ? info.dli_fname : "").parent_path() / "libtorch_cuda.so";
}

Cuda loadCuda() {
  if (!driverIsThere()) return {0, "no NVIDIA driver is installed"};
  const std::filesystem::path library = cudaLibrary();
  std::error_code missing;
  if (!std::filesystem::exists(library, missing)) {
    return {0, fmt::format("'{}' is missing: run ./setup --cuda", library.string())};
  }
  // Global: its kernels register themselves with the dispatcher of libtorch_cpu.
  if (!dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
    const char* reason = dlerror();
    return {0, fmt::format("cannot load '{}': {}", library.string(), reason ? reason : "no reason given")};
  }
  const int devices = static_cast<int>(torch::cuda::device_count());
  if (devices == 0) return {0, "the NVIDIA driver shows no usable device"};
  return {devices, {}};
}

/// Loaded once; nothing may ask LibTorch about CUDA before, or it remembers that there is none.
const Cuda& cuda() {
  static const Cuda loaded = loadCuda();
  return loaded;
}

std::string processorTitle() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
  }
  return "CPU";
}

DeviceInfo cudaInfo(int number) {
  DeviceInfo info{fmt::format("cuda:{}", number), "NVIDIA GPU", "", true, ""};
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!driver) return info;
  const auto nameOf = reinterpret_cast<int (*)(char*, int, int)>(dlsym(driver, "cuDeviceGetName"));
  const auto memoryOf = reinterpret_cast<int (*)(std::size_t*, int)>(dlsym(driver, "cuDeviceTotalMem_v2"));
  std::array<char, 256> name{};
  std::size_t bytes = 0;
  if (nameOf && nameOf(name.data(), static_cast<int>(name.size()), number) == 0) info.title = name.data();
  if (memoryOf && memoryOf(&bytes, number) == 0) info.detail = bytesText(static_cast<double>(bytes));
  return info;
}

/// The first number of OMP_NUM_THREADS ("8", "8,2"); 0: it says none.
int askedThreads() {
  constexpr int kMost = 1024;
  const char* text = std::getenv("OMP_NUM_THREADS");
  std::string_view all(text ? text : "");
  all.remove_prefix(std::min(all.size(), all.find_first_not_of(' ')));
  int number = 0;
  const auto [end, problem] = std::from_chars(all.data(), all.data() + all.size(), number);
  const std::string_view rest = all.substr(static_cast<std::size_t>(end - all.data()));
  const bool isNumber = problem == std::errc() && (rest.empty() || rest[0] == ',' || rest[0] == ' ');
  return isNumber ? std::clamp(number, 0, kMost) : 0;
}

}  // namespace

ChosenDevice chooseDevice(const std::string& wanted) {
  const auto [kind, number] = parseDeviceName(wanted, "device");
  if (kind == DeviceName::Kind::cpu) return {at::kCPU, "cpu", {}};
  if (kind == DeviceName::Kind::automatic) {
    if (cuda().devices > 0) return {at::Device(at::kCUDA, 0), "cuda:0", {}};
    return {at::kCPU, "cpu", fmt::format("training on the CPU: {}", cuda().reason)};
  }
  if (cuda().devices == 0) {
    throw Error(
        fmt::format("device '{}' cannot be used: {}; use --device auto or cpu", wanted, cuda().reason));
  }
  if (number >= cuda().devices) {
    throw Error(fmt::format("device '{}' is not there: the driver shows {}", wanted, cuda().devices));
  }
  return {at::Device(at::kCUDA, static_cast<at::DeviceIndex>(number)), fmt::format("cuda:{}", number), {}};
}

std::vector<DeviceInfo> listDevices() {
  const double memory =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  const std::string detail = fmt::format("{} threads, {}", threadCount(0), bytesText(memory));
  std::vector<DeviceInfo> devices{{"cpu", processorTitle(), detail, true, ""}};
  for (int number = 0; number < cuda().devices; ++number) devices.push_back(cudaInfo(number));
  if (cuda().devices == 0) devices.push_back({"cuda", "NVIDIA GPU", "", false, cuda().reason});
  return devices;
}

int threadCount(int wanted) {
  if (wanted > 0) return wanted;
  if (const int asked = askedThreads(); asked > 0) return asked;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
  return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
}

void settleThread(int threads) {
  at::set_num_threads(threads);
  at::globalContext().setFlushDenormal(true);
  // Threads that are there already were made with other settings.
  onEachThread([] { at::globalContext().setFlushDenormal(true); });
}

/// Not at::show_config(): it asks whether there is CUDA, and LibTorch keeps the answer it had before its CUDA
/// part was loaded.
std::string runningLibTorch() {
  const auto& options = caffe2::GetBuildOptions();
  const auto version = options.find("TORCH_VERSION");
  return version == options.end() ? std::string() : version->second;
}

}  // namespace uada
