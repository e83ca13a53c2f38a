#include "core/engine/train/RenderAhead.h"

#include <utility>

namespace uada {

RenderAhead::RenderAhead(const Method& method, const Dataset& data, const RenderSettings& settings,
                         const TaskHead& head, at::Device device, int threads, bool mixes)
    : method_(method),
      pool_(threads),
      renderer_(data, settings, pool_),
      buffers_{RowBuffer(head, settings, device, {}, mixes), RowBuffer(head, settings, device, {}, mixes)},
      thread_([this] { work(); }) {}

RenderAhead::~RenderAhead() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void RenderAhead::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || task_.valid(); });
    if (stop_) return;
    std::packaged_task<std::vector<Shown>()> task = std::move(task_);
    lock.unlock();
    task();  // hands on what it throws
    lock.lock();
  }
}

void RenderAhead::wait() {
  if (running_.valid()) running_.wait();
}

RenderAhead::Begun RenderAhead::take(const Batch& batch) {
  current_ = 1 - current_;
  Begun begun{buffers_[current_]};
  if (running_.valid()) begun.shown = running_.get();
  const bool isExpected = batch.step == expected_.step && batch.epoch == expected_.epoch &&
                          batch.seed == expected_.seed && batch.indices == expected_.indices;
  if (!isExpected) begun.shown.clear();
  if (begun.shown.empty()) begun.rows.clear();
  return begun;
}

void RenderAhead::expect(const Batch& batch) {
  wait();
  expected_ = batch;
  std::packaged_task<std::vector<Shown>()> task([this, &rows = buffers_[1 - current_]] {
    std::vector<Shown> shown = method_.known(expected_);
    rows.clear();
    if (!shown.empty()) rows.add(renderer_, expected_.indices, shown);
    return shown;
  });
  running_ = task.get_future();
  {
    std::lock_guard lock(mutex_);
    task_ = std::move(task);
  }
  changed_.notify_all();
}

}  // namespace uada
