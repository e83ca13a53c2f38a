#include "core/engine/train/Nccl.h"

#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <fmt/core.h>

#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "core/engine/train/Stopwatch.h"

namespace uada {
namespace {

// As nccl.h of NCCL 2 has it, whose numbers do not change.
struct UniqueId {
  std::array<char, 128> bytes;
};
constexpr int kDone = 0, kInProgress = 7;
constexpr int kInt32 = 2, kInt64 = 4, kFloat32 = 7, kFloat64 = 8;
constexpr int kSum = 0;

/// Its functions; null where they are not there.
struct Functions {
  int (*getUniqueId)(UniqueId*) = nullptr;
  int (*commInitRank)(void**, int, UniqueId, int) = nullptr;
  int (*allReduce)(const void*, void*, std::size_t, int, int, void*, void*) = nullptr;
  int (*commGetAsyncError)(void*, int*) = nullptr;
  int (*commAbort)(void*) = nullptr;
  const char* (*getErrorString)(int) = nullptr;
  bool isWhole() const {
    return getUniqueId && commInitRank && allReduce && commGetAsyncError && commAbort && getErrorString;
  }
};

template <class F>
void find(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(dlsym(library, name));
}

Functions load() {
  Functions all;
  void* library = dlopen("libnccl.so.2", RTLD_NOW | RTLD_LOCAL);  // loaded before, with LibTorch's CUDA part
  if (!library) return all;
  find(library, "ncclGetUniqueId", all.getUniqueId);
  find(library, "ncclCommInitRank", all.commInitRank);
  find(library, "ncclAllReduce", all.allReduce);
  find(library, "ncclCommGetAsyncError", all.commGetAsyncError);
  find(library, "ncclCommAbort", all.commAbort);
  find(library, "ncclGetErrorString", all.getErrorString);
  return all;
}

const Functions& functions() {
  static const Functions all = load();
  return all;
}

void require(int result) {
  if (result != kDone && result != kInProgress)
    throw std::runtime_error(fmt::format("NCCL: {}", functions().getErrorString(result)));
}

int kindOf(const at::Tensor& values) {
  switch (values.scalar_type()) {
    case at::kFloat: return kFloat32;
    case at::kDouble: return kFloat64;
    case at::kInt: return kInt32;
    case at::kLong: return kInt64;
    default: TORCH_CHECK(false, "no sums over ranks of ", values.scalar_type());
  }
}

}  // namespace

bool Nccl::isThere() { return functions().isWhole(); }

std::string Nccl::newId() {
  UniqueId id{};
  require(functions().getUniqueId(&id));
  return {id.bytes.data(), id.bytes.size()};
}

Nccl::Nccl(const std::string& id, int rank, int size, at::Device device, double timeout)
    : device_(device), timeout_(timeout) {
  const c10::DeviceGuard guard(device_);
  UniqueId unique{};
  std::memcpy(unique.bytes.data(), id.data(), std::min(id.size(), unique.bytes.size()));
  require(functions().commInitRank(&group_, size, unique, rank));
}

Nccl::~Nccl() {
  if (group_) functions().commAbort(group_);
}

void Nccl::sum(const at::Tensor& values) {
  constexpr std::chrono::microseconds kPause(20);
  const c10::DeviceGuard guard(device_);
  void* data = values.mutable_data_ptr();
  require(functions().allReduce(data, data, static_cast<std::size_t>(values.numel()), kindOf(values), kSum,
                                group_,
                                /*stream=*/nullptr));
  const c10::Stream stream(c10::Stream::DEFAULT, device_);
  const Stopwatch watch;
  while (!stream.query()) {
    int problem = kDone;
    functions().commGetAsyncError(group_, &problem);
    require(problem);
    if (watch.seconds() > timeout_)
      throw std::runtime_error(fmt::format("NCCL: no sum over the GPUs within {:g} s", timeout_));
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace uada
