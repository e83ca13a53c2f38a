#include "core/engine/train/Control.h"

#include <utility>

namespace uada {
namespace {
constexpr double kLookSeconds = 0.5;
}

Control::Control(std::filesystem::path folder) : stopFile_(folder.empty() ? folder : folder / "stop") {
  std::error_code none;
  if (!stopFile_.empty()) std::filesystem::remove(stopFile_, none);
}

void Control::send(Command command) {
  std::lock_guard lock(mutex_);
  std::visit(Cases{[&](command::Pause pause) { paused_ = true, pauseAfter_ = pause.afterStep; },
                   [&](command::Resume) { paused_ = false; },
                   [&](command::Stop stop) { (stop.isAfterEpoch ? stopAfterEpoch_ : stopNow_) = true; },
                   [&](command::Checkpoint) { checkpoint_ = true; },
                   [&](command::Change& change) { changes_.push_back(std::move(change)); }},
             command);
  changed_.notify_all();
}

bool Control::stopNow() {
  std::lock_guard lock(mutex_);
  if (!stopNow_ && !stopFile_.empty() && sinceLook_.seconds() >= kLookSeconds) {
    sinceLook_.lap();
    std::error_code none;
    stopNow_ = std::filesystem::remove(stopFile_, none);
  }
  return stopNow_;
}

bool Control::stopAfterEpoch() {
  std::lock_guard lock(mutex_);
  return stopAfterEpoch_;
}

bool Control::pauseWanted(std::int64_t step) {
  std::lock_guard lock(mutex_);
  return paused_ && step >= pauseAfter_ && !stopNow_;
}

bool Control::takeCheckpoint() {
  std::lock_guard lock(mutex_);
  return std::exchange(checkpoint_, false);
}

bool Control::hasChanges() {
  std::lock_guard lock(mutex_);
  return !changes_.empty();
}

std::vector<command::Change> Control::takeChanges() {
  std::lock_guard lock(mutex_);
  return std::exchange(changes_, {});
}

void Control::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::duration<double>(kLookSeconds));
}

}  // namespace uada
