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

std::vector<MachineRow> ProjectReader::Impl::machine(std::int64_t run) {
  std::vector<MachineRow> all;
  if (version() < kMachineVersion) return all;
  const std::string rows = fmt::format(
      "SELECT {} FROM machine WHERE run = ? AND attempt = ? AND step > ? AND step < ? ORDER BY number",
      joined(columnsOf<MachineRow>(version()), ", "));
  std::map<std::pair<std::int64_t, int>, std::size_t> places;  // by attempt and number
  each(run, kBegins, rows, {}, [&](std::int64_t attempt, Row& row) {
    MachineRow one = reportFrom<MachineRow>(row, version());
    if (!isSound(run, "machine", one.step, row)) return;
    places[{attempt, one.number}] = all.size();
    all.push_back(std::move(one));
  });
  SQLite::Statement gpus(
      database, fmt::format("SELECT attempt, number, {} FROM machine_gpus WHERE run = ? ORDER BY attempt, "
                            "number, gpu",
                            joined(columnsOf<GpuLoad>(version()), ", ")));
  for (bindAll(gpus, run); gpus.executeStep();) {
    Row row(gpus);
    const std::int64_t attempt = row.integer();
    const auto place = places.find({attempt, row.small()});
    GpuLoad gpu = reportFrom<GpuLoad>(row, version());
    if (place == places.end()) continue;  // of steps that were repeated
    MachineRow& of = all[place->second];
    if (isSound(run, "machine_gpus", of.step, row)) of.reading.gpus.push_back(std::move(gpu));
  }
  return all;
}

std::vector<MachineRow> ProjectReader::machine(std::int64_t run) const {
  return impl_->read([&] { return impl_->machine(run); });
}

}  // namespace uada
