// What the machine did while runs trained.
#include <fmt/core.h>

#include <map>
#include <utility>

#include "core/store/ReaderImpl.h"
#include "core/store/ReportRows.h"

namespace uada {

using namespace store;

static constexpr int kMachineVersion = 11;  // of the first schema that has it

// The first row of an attempt may stand for the last step of the checkpoint, which the earlier attempt has.
static constexpr const char* kBegins =
    "(SELECT run, attempt, step + 1 AS step FROM machine WHERE number = 1 AND typeof(step) = 'integer')";

MachineRows ProjectReader::Impl::machine(std::int64_t run, const MachinePlace& place) {
  if (version() < kMachineVersion) return {.end = place, .isWhole = true};
  const auto attempts = parts(run, kBegins);
  const bool isWhole = attempts.empty() || attempts.back().attempt != place.attempt;
  MachineRows found{.end = isWhole ? MachinePlace() : place, .isWhole = isWhole};
  const MachinePlace after = found.end;
  const std::string rows = fmt::format(
      "SELECT {} FROM machine WHERE run = ? AND attempt = ? AND step > ? AND step < ? AND (attempt, number) "
      "> ({}, {}) ORDER BY number",
      joined(columnsOf<MachineRow>(version()), ", "), after.attempt, after.number);
  std::map<std::pair<std::int64_t, int>, std::size_t> places;  // by attempt and number
  each(run, kBegins, rows, {}, [&](std::int64_t attempt, Row& row) {
    MachineRow one = reportFrom<MachineRow>(row, version());
    found.end = {attempt, one.number};
    if (!isSound(run, "machine", one.step, row)) return;
    places[{attempt, one.number}] = found.rows.size();
    found.rows.push_back(std::move(one));
  });
  SQLite::Statement gpus(
      database,
      fmt::format("SELECT attempt, number, {} FROM machine_gpus WHERE run = ? AND (attempt, number) "
                  "> (?, ?) ORDER BY attempt, number, gpu",
                  joined(columnsOf<GpuLoad>(version()), ", ")));
  for (bindAll(gpus, run, after.attempt, after.number); gpus.executeStep();) {
    Row row(gpus);
    const std::int64_t attempt = row.integer();
    const auto of = places.find({attempt, row.small()});
    GpuLoad gpu = reportFrom<GpuLoad>(row, version());
    if (of == places.end()) continue;  // of steps that were repeated
    MachineRow& one = found.rows[of->second];
    if (isSound(run, "machine_gpus", one.step, row)) one.reading.gpus.push_back(std::move(gpu));
  }
  return found;
}

MachineRows ProjectReader::machineAfter(std::int64_t run, const MachinePlace& place) const {
  return impl_->read([&] { return impl_->machine(run, place); });
}

std::vector<MachineRow> ProjectReader::machine(std::int64_t run) const { return machineAfter(run, {}).rows; }

}  // namespace uada
