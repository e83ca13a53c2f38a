#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/machine/MachineReading.h"

namespace uada {

/// What the machine did over a span in which a run was trained: a row of `machine`, and one of `machine_gpus`
/// for each GPU. The names of its numbers: see Reports.h.
struct MachineRow {
  int number = 0;         ///< of the attempt, from 1
  std::string time;       ///< end of the span, UTC, ISO 8601
  std::int64_t step = 0;  ///< the last one that was done by then
  MachineReading reading;

  template <class R, class V>
  static void visit(R& r, V& v) {  // without the GPUs
    v.key("number", r.number);
    v.field("time", r.time);
    v.field("step", r.step);
    v.field("seconds", r.reading.seconds);
    v.field("program_percent", r.reading.programPercent);
    v.field("machine_percent", r.reading.machinePercent);
    v.field("cores", r.reading.cores);
    v.field("memory_used", r.reading.memory.used);
    v.field("memory_total", r.reading.memory.total);
    v.field("memory_program", r.reading.memory.program);
    v.field("written", r.reading.written);
    v.field("disk_free", r.reading.diskFree);
  }
};

/// One of a run's rows.
struct MachinePlace {
  std::int64_t attempt = 0;  ///< 0: before all of them
  int number = 0;
};

/// Rows of a run from some place on.
struct MachineRows {
  std::vector<MachineRow> rows;
  MachinePlace end;      ///< the last one that was looked at
  bool isWhole = false;  ///< all of the run's: a later attempt may have superseded what was read before
};

}  // namespace uada
