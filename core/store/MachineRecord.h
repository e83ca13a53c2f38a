#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "core/base/LooseThread.h"
#include "core/store/MachineRow.h"

namespace uada::store {

/// Looks at the machine once a second while a run is trained, on a thread of its own since a driver may be
/// slow. A row stands for one second at first; after an hour for two, after the next two for four and so on,
/// up to 64: an attempt of a year has fewer than 600,000 rows. What was looked at before a pause or the end
/// is a row, however short.
class MachineRecord {
 public:
  struct Rules {
    std::filesystem::path folder;            ///< whose disk is told
    std::string nvml = "libnvidia-ml.so.1";  ///< the driver's library
    std::chrono::milliseconds every{1000};   ///< looks
    int rowsAtOneRate = 3600;
    std::chrono::milliseconds patience{2000};  ///< with a driver, at the end
  };
  using Take = std::function<void(MachineRow)>;
  using Tell = std::function<void(std::string)>;

  /// lastStep  with which the attempt begins
  /// take      a row; tell: why there are no more. Both are called on the thread of its own, take also on
  ///           the one that calls setActive() or destroys the record; neither after that
  MachineRecord(Rules rules, std::int64_t lastStep, Take take, Tell tell);
  /// Stops. A thread whose driver does not answer is left behind: no run hangs on it.
  ~MachineRecord();

  /// Any thread.
  void stepDone(std::int64_t step);
  /// Whether it is trained just now: while it is paused nothing is recorded. Any thread.
  void setActive(bool isActive);

 private:
  struct Shared;
  static void watch(Shared& shared, const std::stop_token& stop);
  const std::shared_ptr<Shared> shared_;
  LooseThread thread_;
};

}  // namespace uada::store
