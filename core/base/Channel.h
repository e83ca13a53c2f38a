#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

namespace uada {

/// A bounded queue between threads. push() waits while it is full, so nothing is lost; any thread may use
/// any member.
template <class T>
class Channel {
 public:
  explicit Channel(std::size_t capacity) : capacity_(capacity) {}

  /// Returns false, and drops the value, once the channel is closed.
  bool push(T value) {
    std::unique_lock lock(mutex_);
    notFull_.wait(lock, [&] { return closed_ || items_.size() < capacity_; });
    if (closed_) return false;
    items_.push_back(std::move(value));
    notEmpty_.notify_one();
    return true;
  }

  /// All that is queued, in order; waits up to `wait` for the first. Empty: nothing came, or closed and drained.
  std::vector<T> takeAll(std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    notEmpty_.wait_for(lock, wait, [&] { return closed_ || !items_.empty(); });
    std::vector<T> taken(std::make_move_iterator(items_.begin()), std::make_move_iterator(items_.end()));
    items_.clear();
    notFull_.notify_all();
    return taken;
  }

  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    notFull_.notify_all();
    notEmpty_.notify_all();
  }
  bool isClosed() const {
    std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable notEmpty_, notFull_;
  std::deque<T> items_;
  const std::size_t capacity_;
  bool closed_ = false;
};

}  // namespace uada
