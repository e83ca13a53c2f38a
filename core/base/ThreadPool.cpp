#include "core/base/ThreadPool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace uada {

struct ThreadPool::Impl {
  std::mutex mutex;
  std::condition_variable wake, finished;
  std::vector<std::thread> threads;
  const std::function<void(std::size_t, std::size_t)>* body = nullptr;
  std::size_t count = 0, grain = 1;
  std::atomic<std::size_t> next{0};
  std::exception_ptr problem;
  unsigned generation = 0;
  unsigned busy = 0;
  bool stop = false;

  void work() {
    try {
      for (;;) {
        const std::size_t begin = next.fetch_add(grain);
        if (begin >= count) return;
        (*body)(begin, std::min(count, begin + grain));
      }
    } catch (...) {
      std::lock_guard lock(mutex);
      if (!problem) problem = std::current_exception();
      next = count;
    }
  }

  void run() {
    unsigned seen = 0;
    for (;;) {
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return stop || generation != seen; });
        if (stop) return;
        seen = generation;
      }
      work();
      std::lock_guard lock(mutex);
      if (--busy == 0) finished.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int threads) : impl_(std::make_unique<Impl>()) {
  for (int i = 1; i < threads; ++i) impl_->threads.emplace_back([impl = impl_.get()] { impl->run(); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stop = true;
  }
  impl_->wake.notify_all();
  for (auto& thread : impl_->threads) thread.join();
}

int ThreadPool::threads() const { return static_cast<int>(impl_->threads.size()) + 1; }

void ThreadPool::forRanges(std::size_t count, std::size_t grain,
                           const std::function<void(std::size_t, std::size_t)>& body) {
  Impl& pool = *impl_;
  {
    std::lock_guard lock(pool.mutex);
    pool.body = &body;
    pool.count = count;
    pool.grain = std::max<std::size_t>(grain, 1);
    pool.next = 0;
    pool.problem = nullptr;
    pool.busy = static_cast<unsigned>(pool.threads.size());
    ++pool.generation;
  }
  pool.wake.notify_all();
  pool.work();
  std::unique_lock lock(pool.mutex);
  pool.finished.wait(lock, [&] { return pool.busy == 0; });
  if (pool.problem) std::rethrow_exception(pool.problem);
}

}  // namespace uada
