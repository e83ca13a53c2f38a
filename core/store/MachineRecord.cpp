#include "core/store/MachineRecord.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Text.h"

namespace uada::store {

static constexpr std::size_t kMostLooks = 64;  // of one row

/// What the record and its thread have in common: the thread may outlive the record.
struct MachineRecord::Shared {
  Shared(Rules given, std::int64_t lastStep, Take takes, Tell tells)
      : rules(std::move(given)), take(std::move(takes)), tell(std::move(tells)), step(lastStep) {}
  /// Of the looks so far, if there are any. Locked.
  void writeRow() {
    if (looks.empty()) return;
    ++row.number;
    row.time = utcNow();
    row.step = step;
    row.reading = together(looks);
    looks.clear();
    take(row);
    if (row.number % rules.rowsAtOneRate == 0 && looksOfARow < kMostLooks) looksOfARow *= 2;
  }

  const Rules rules;
  const Take take;
  const Tell tell;
  std::atomic<std::int64_t> step;
  std::mutex mutex;  ///< of all below
  std::condition_variable_any changed;
  bool isActive = true;
  bool isClosed = false;  ///< the record is gone: nothing is taken any more
  std::vector<MachineReading> looks;
  std::size_t looksOfARow = 1;
  MachineRow row;
};

MachineRecord::MachineRecord(Rules rules, std::int64_t lastStep, Take take, Tell tell)
    : shared_(std::make_shared<Shared>(std::move(rules), lastStep, std::move(take), std::move(tell))),
      // The top of the thread: the one place where its errors are caught.
      thread_(
          [shared = shared_](const std::stop_token& stop) {
            std::string why;
            try {
              watch(*shared, stop);
            } catch (const std::exception& e) {
              why = "the load of the machine is no longer recorded: " + problemText(e);
            }
            const std::lock_guard lock(shared->mutex);
            if (!why.empty() && !shared->isClosed) shared->tell(why);
          },
          shared_->rules.patience) {}

MachineRecord::~MachineRecord() {
  const std::lock_guard lock(shared_->mutex);
  shared_->writeRow();
  shared_->isClosed = true;
}

void MachineRecord::stepDone(std::int64_t step) { shared_->step = step; }

void MachineRecord::setActive(bool isActive) {
  const std::lock_guard lock(shared_->mutex);
  shared_->isActive = isActive;
  if (!isActive) shared_->writeRow();
}

void MachineRecord::watch(Shared& shared, const std::stop_token& stop) {
  MachineMeter meter;
  std::optional<Nvml> gpus;  // opened when it is first needed: short runs end before
  while (true) {
    std::unique_lock lock(shared.mutex);
    shared.changed.wait_for(lock, stop, shared.rules.every, [] { return false; });
    if (stop.stop_requested()) return;
    lock.unlock();
    if (!gpus) gpus.emplace(shared.rules.nvml.c_str());
    MachineReading look = meter.look(shared.rules.folder);
    look.gpus = gpus->read();
    lock.lock();
    if (shared.isClosed) return;
    if (!shared.isActive) continue;
    shared.looks.push_back(std::move(look));
    if (shared.looks.size() >= shared.looksOfARow) shared.writeRow();
  }
}

}  // namespace uada::store
