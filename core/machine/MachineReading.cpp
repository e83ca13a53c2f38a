#include "core/machine/MachineReading.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <thread>
#include <utility>

namespace uada {

MachineMeter::Counters MachineMeter::count() {
  return {steadySeconds(), programSeconds(), machineSeconds(), bytesWritten()};
}

MachineMeter::MachineMeter() : last_(count()) {}

MachineReading MachineMeter::look(const std::filesystem::path& folder) {
  const Counters now = count();
  const Counters last = std::exchange(last_, now);
  MachineReading reading;
  reading.time = now.time;
  reading.seconds = now.time - last.time;
  const auto rate = [&](const std::optional<double>& from, const std::optional<double>& to) {
    return from && to ? (*to - *from) / reading.seconds : MachineReading::kUnknown;
  };
  reading.programPercent = 100 * rate(last.program, now.program);
  reading.machinePercent = 100 * rate(last.machine, now.machine);
  reading.written = rate(last.written, now.written);
  reading.cores = static_cast<int>(std::thread::hardware_concurrency());
  reading.memory = readMemory();
  std::error_code problem;
  if (!folder.empty())
    if (const auto space = std::filesystem::space(folder, problem); !problem)
      reading.diskFree = static_cast<double>(space.available);
  return reading;
}

namespace {

/// Of the values that are numbers, weighted by how long each holds; NaN: none is.
class Mean {
 public:
  void add(double value, double seconds) {
    if (std::isnan(value)) return;
    sum_ += value * seconds;
    weight_ += seconds;
  }
  double value() const { return weight_ > 0 ? sum_ / weight_ : MachineReading::kUnknown; }

 private:
  double sum_ = 0, weight_ = 0;
};

/// Each of a list once.
void addReasons(const std::string& more, std::string& reasons) {
  const std::string separator = ", ";
  const auto listed = [&](const std::string& list) { return separator + list + separator; };
  for (std::size_t begin = 0; begin < more.size();) {
    const std::size_t end = std::min(more.find(separator, begin), more.size());
    const std::string one = more.substr(begin, end - begin);
    if (listed(reasons).find(listed(one)) == std::string::npos)
      reasons += (reasons.empty() ? "" : separator) + one;
    begin = end + separator.size();
  }
}

/// fmax and fmin leave out what is no number.
GpuLoad togetherGpu(std::span<const MachineReading> readings, std::size_t index) {
  GpuLoad gpu = readings.back().gpus[index];
  Mean percent, watts;
  std::string reasons;
  for (const MachineReading& each : readings) {
    if (index >= each.gpus.size()) continue;
    const GpuLoad& of = each.gpus[index];
    percent.add(of.percent, each.seconds);
    watts.add(of.watts, each.seconds);
    gpu.used = std::fmax(gpu.used, of.used);
    gpu.celsius = std::fmax(gpu.celsius, of.celsius);
    if (of.isThrottled()) addReasons(of.throttle, reasons);
  }
  gpu.percent = percent.value();
  gpu.watts = watts.value();
  if (!reasons.empty()) gpu.throttle = reasons;
  return gpu;
}

}  // namespace

MachineReading together(std::span<const MachineReading> readings) {
  MachineReading one = readings.back();
  if (readings.size() == 1) return one;
  Mean program, machine, written;
  one.seconds = 0;
  for (const MachineReading& each : readings) {
    one.seconds += each.seconds;
    program.add(each.programPercent, each.seconds);
    machine.add(each.machinePercent, each.seconds);
    written.add(each.written, each.seconds);
    one.memory.used = std::max(one.memory.used, each.memory.used);
    one.memory.program = std::max(one.memory.program, each.memory.program);
    one.diskFree = std::fmin(one.diskFree, each.diskFree);
  }
  one.programPercent = program.value();
  one.machinePercent = machine.value();
  one.written = written.value();
  for (std::size_t i = 0; i < one.gpus.size(); ++i) one.gpus[i] = togetherGpu(readings, i);
  return one;
}

}  // namespace uada
