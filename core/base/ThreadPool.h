#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace uada {

/// A fixed set of threads for loops. Our own, because at::parallel_for in our code runs serially under clang.
class ThreadPool {
 public:
  /// threads  at least 1; the calling thread is one of them
  explicit ThreadPool(int threads);
  ~ThreadPool();
  int threads() const;

  /// Calls body(begin, end) over disjoint ranges that cover 0..count-1, on all threads, and waits. The first
  /// exception of a body is thrown again here. Only one call at a time; not from inside a body.
  /// grain  the most items a range holds
  void forRanges(std::size_t count, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace uada
