#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "core/store/MachineRow.h"

namespace uada::store {

/// Looks at the machine once a second while a run is trained, on a thread of its own since a driver may be
/// slow. A row stands for one second at first; after an hour for two, after the next two for four and so on,
/// up to 64: an attempt of a year has fewer than 600,000 rows.
class MachineRecord {
 public:
  struct Rules {
    std::filesystem::path folder;            ///< whose disk is told
    std::string nvml = "libnvidia-ml.so.1";  ///< the driver's library
    std::chrono::milliseconds every{1000};   ///< looks
    int rowsAtOneRate = 3600;
  };
  using Take = std::function<void(MachineRow)>;
  using Tell = std::function<void(std::string)>;

  /// lastStep  with which the attempt begins
  /// take      a row; tell: why there are no more. Both are called on the thread of its own
  MachineRecord(Rules rules, std::int64_t lastStep, Take take, Tell tell);
  /// Stops, and joins.
  ~MachineRecord() = default;

  /// Any thread.
  void stepDone(std::int64_t step) { step_ = step; }
  /// Whether it is trained just now: while it is paused nothing is recorded.
  void setActive(bool isActive) { isActive_ = isActive; }

 private:
  void watch(const std::stop_token& stop);
  const Rules rules_;
  const Take take_;
  std::atomic<std::int64_t> step_;
  std::atomic<bool> isActive_ = true;
  std::jthread thread_;
};

}  // namespace uada::store
