#pragma once

#include <QMetaObject>
#include <QObject>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace uada {

/// The way from threads, which may outlive it, to an object of the GUI thread. Copies are the same way.
class WayBack {
 public:
  explicit WayBack(QObject* to) : end_(std::make_shared<End>()) { end_->to = to; }
  /// By the object when it goes, before its members do: nothing comes any more.
  void close() {
    const std::lock_guard lock(end_->mutex);
    end_->to = nullptr;
  }
  /// Any thread: `what` runs on the GUI thread, unless the object has gone.
  void post(std::function<void()> what) const {
    const std::lock_guard lock(end_->mutex);
    if (end_->to) QMetaObject::invokeMethod(end_->to, std::move(what), Qt::QueuedConnection);
  }

 private:
  struct End {
    std::mutex mutex;
    QObject* to = nullptr;
  };
  std::shared_ptr<End> end_;
};

}  // namespace uada
