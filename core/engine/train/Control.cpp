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
  if (command == Command::pause) paused_ = true;
  if (command == Command::resume) paused_ = false;
  if (command == Command::stopNow) stopNow_ = true;
  if (command == Command::stopAfterEpoch) stopAfterEpoch_ = true;
  if (command == Command::checkpoint) checkpoint_ = true;
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

bool Control::pauseWanted() {
  std::lock_guard lock(mutex_);
  return paused_ && !stopNow_;
}

bool Control::takeCheckpoint() {
  std::lock_guard lock(mutex_);
  return std::exchange(checkpoint_, false);
}

void Control::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::duration<double>(kLookSeconds));
}

}  // namespace uada
