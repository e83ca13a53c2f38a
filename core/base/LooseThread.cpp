#include "core/base/LooseThread.h"

#include <utility>

namespace uada {

LooseThread::LooseThread(std::function<void(const std::stop_token&)> work, std::chrono::milliseconds patience)
    : patience_(patience), thread_([work = std::move(work), end = end_](const std::stop_token& stop) mutable {
        work(stop);
        work = nullptr;  // what it owns goes here, too: a driver may hang when it is closed
        const std::lock_guard lock(end->mutex);
        end->isOver = true;
        end->came.notify_all();
      }) {}

LooseThread::~LooseThread() {
  if (!thread_.joinable()) return;  // moved from
  thread_.request_stop();
  std::unique_lock lock(end_->mutex);
  if (!end_->came.wait_for(lock, patience_, [this] { return end_->isOver; })) thread_.detach();
}

bool LooseThread::isOver() const {
  const std::lock_guard lock(end_->mutex);
  return end_->isOver;
}

}  // namespace uada
