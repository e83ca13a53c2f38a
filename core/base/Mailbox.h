#pragma once

#include <deque>
#include <mutex>
#include <vector>

namespace uada {

/// Keeps the newest `capacity` values for a reader that looks in now and then. post() never waits: when the
/// reader is late the oldest value is dropped and counted. Any thread may use any member.
template <class T>
class Mailbox {
 public:
  explicit Mailbox(std::size_t capacity) : capacity_(capacity) {}

  void post(T value) {
    std::lock_guard lock(mutex_);
    if (items_.size() == capacity_) {
      items_.pop_front();
      ++dropped_;
    }
    items_.push_back(std::move(value));
  }

  struct Letters {
    std::vector<T> items;     ///< oldest first
    std::size_t dropped = 0;  ///< values overwritten since the last drain
  };
  Letters drain() {
    std::lock_guard lock(mutex_);
    Letters letters{{std::make_move_iterator(items_.begin()), std::make_move_iterator(items_.end())}, dropped_};
    items_.clear();
    dropped_ = 0;
    return letters;
  }

 private:
  std::mutex mutex_;
  std::deque<T> items_;
  const std::size_t capacity_;
  std::size_t dropped_ = 0;
};

}  // namespace uada
