#pragma once

#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "core/machine/Machine.h"

namespace uada {

/// What the machine did since it was looked at before. NaN: the system does not tell it.
struct MachineReading {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  double time = 0;                   ///< when, seconds of a clock that is never set
  double seconds = 0;                ///< since the look before
  double programPercent = kUnknown;  ///< processor time of this program; 100 is one core
  double machinePercent = kUnknown;  ///< the same of all that runs
  int cores = 1;
  MemoryLoad memory;
  double written = kUnknown;   ///< by this program, bytes a second
  double diskFree = kUnknown;  ///< bytes; NaN also where no folder was given
  std::vector<GpuLoad> gpus;
};

/// The machine between one look and the next. One thread.
class MachineMeter {
 public:
  MachineMeter();
  /// Reads all but the GPUs.
  /// folder  whose disk is told; empty: none
  MachineReading look(const std::filesystem::path& folder);

 private:
  /// What grows while the machine works.
  struct Counters {
    double time = 0, program = 0;            ///< seconds
    std::optional<double> machine, written;  ///< seconds of all cores; bytes
  };
  static Counters count();
  Counters last_;
};

/// Of readings that follow one another, at least one, as one: means of loads and power, the most of memory
/// and heat, the least free space, every reason for a clock that was held down.
MachineReading together(std::span<const MachineReading> readings);

}  // namespace uada
