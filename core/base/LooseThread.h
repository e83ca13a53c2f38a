#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace uada {

/// A thread whose work may hang in what it calls, such as a driver, or a file on a mount that is gone: nobody
/// waits for it longer than he wants to.
class LooseThread {
 public:
  /// work  owns, or shares, all that it touches; it throws nothing
  explicit LooseThread(std::function<void(const std::stop_token&)> work,
                       std::chrono::milliseconds patience = std::chrono::milliseconds(500));
  /// Tells the work to stop, and waits `patience` for its end; where it goes on it is left behind.
  ~LooseThread();
  LooseThread(LooseThread&&) noexcept = default;
  LooseThread& operator=(LooseThread&&) = delete;
  bool isOver() const;

 private:
  struct End {
    std::mutex mutex;
    std::condition_variable came;
    bool isOver = false;
  };
  std::chrono::milliseconds patience_;
  std::shared_ptr<End> end_ = std::make_shared<End>();
  std::jthread thread_;
};

}  // namespace uada
