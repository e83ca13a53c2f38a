#pragma once

#include <string>
#include <vector>

#include "core/engine/Engine.h"
#include "core/engine/models/Torch.h"

namespace uada {

struct ChosenDevice {
  at::Device device = at::kCPU;
  std::string name;  ///< "cpu", "cuda:0"
  std::string note;  ///< why `auto` fell back to the CPU; empty: nothing to say
};

/// wanted  "auto", "cpu", "cuda" or "cuda:N". Loads libtorch_cuda.so if a driver is there. Throws Error with
/// the reason if CUDA was asked for by name and cannot be used; UsageError for another word.
ChosenDevice chooseDevice(const std::string& wanted);

/// The CPU, and each CUDA device, or one entry that says why there is none.
std::vector<DeviceInfo> listDevices();

/// 0: as many as OMP_NUM_THREADS says, else all cores this process may use.
int threadCount(int wanted);

/// Lets LibTorch's kernels that this thread calls use so many threads, and all of these take denormal numbers
/// for 0, which would slow them.
void settleThread(int threads);

/// The version of the LibTorch that runs, "2.11.0".
std::string runningLibTorch();

}  // namespace uada
