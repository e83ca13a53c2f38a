#include "core/engine/models/EachThread.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>

namespace uada {
namespace {

/// void GOMP_parallel(function, its argument, threads, flags): what compilers make of `#pragma omp parallel`.
using Parallel = void (*)(void (*)(void*), void*, unsigned, unsigned);

/// Of the OpenMP that LibTorch's CPU part is linked with, so that the threads are the same. Null: another
/// one.
Parallel findParallel() {
  Dl_info info{};
  if (!dladdr(reinterpret_cast<void*>(&at::get_num_threads), &info)) return nullptr;
  void* torch = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  return torch ? reinterpret_cast<Parallel>(dlsym(torch, "GOMP_parallel")) : nullptr;
}

/// What the threads share. An exception may not leave a thread of OpenMP.
struct Shared {
  const std::function<void()>& work;
  std::mutex lock;
  std::exception_ptr problem;
};

void runShared(void* argument) {
  auto& shared = *static_cast<Shared*>(argument);
  try {
    shared.work();
  } catch (...) {
    const std::lock_guard lock(shared.lock);
    shared.problem = std::current_exception();
  }
}

}  // namespace

void onEachThread(const std::function<void()>& work) {
  static const Parallel parallel = findParallel();
  const int threads = at::get_num_threads();
  if (!parallel || threads == 1 || at::in_parallel_region()) return work();
  Shared shared{work, {}, nullptr};
  parallel(runShared, &shared, static_cast<unsigned>(threads), 0);
  if (shared.problem) std::rethrow_exception(shared.problem);
}

void inParallel(std::int64_t count, const std::function<void(std::int64_t)>& work) {
  std::atomic<std::int64_t> next = 0;
  const std::function<void()> takeAll = [&] {
    for (std::int64_t i = next++; i < count; i = next++) work(i);
  };
  count > 1 ? onEachThread(takeAll) : takeAll();
}

}  // namespace uada
