#include "core/store/MachineRecord.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Text.h"

namespace uada::store {

static constexpr std::size_t kMostLooks = 64;  // of one row

MachineRecord::MachineRecord(Rules rules, std::int64_t lastStep, Take take, Tell tell)
    : rules_(std::move(rules)),
      take_(std::move(take)),
      step_(lastStep),
      // The top of the thread: the one place where its errors are caught.
      thread_([this, tell = std::move(tell)](const std::stop_token& stop) {
        try {
          watch(stop);
        } catch (const std::exception& e) {
          tell("the load of the machine is no longer recorded: " + problemText(e));
        }
      }) {}

void MachineRecord::watch(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  MachineMeter meter;
  std::optional<Nvml> gpus;  // opened when it is first needed: short runs end before
  std::vector<MachineReading> looks;
  std::size_t looksOfARow = 1;
  MachineRow row;
  while (true) {
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, rules_.every, [] { return false; });
    if (stop.stop_requested()) return;
    if (!gpus) gpus.emplace(rules_.nvml.c_str());
    looks.push_back(meter.look(rules_.folder));
    looks.back().gpus = gpus->read();
    if (!isActive_) looks.clear();
    if (looks.size() < looksOfARow) continue;
    ++row.number;
    row.time = utcNow();
    row.step = step_;
    row.reading = together(looks);
    looks.clear();
    take_(row);
    if (row.number % rules_.rowsAtOneRate == 0 && looksOfARow < kMostLooks) looksOfARow *= 2;
  }
}

}  // namespace uada::store
