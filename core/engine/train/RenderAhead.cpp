#include "core/engine/train/RenderAhead.h"

#include <algorithm>

namespace uada {

RenderAhead::RenderAhead(const Method& method, const Dataset& data, const RenderSettings& settings,
                         const TaskHead& head, at::Device device, int threads)
    : method_(method),
      pool_(std::max(1, threads)),
      renderer_(data, settings, pool_),
      isOn_(threads > 0),
      buffers_{RowBuffer(head, settings, device), RowBuffer(head, settings, device)} {}

RenderAhead::~RenderAhead() {
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
  if (!isOn_) return;
  expected_ = batch;
  running_ = std::async(std::launch::async, [this, &rows = buffers_[1 - current_]] {
    std::vector<Shown> shown = method_.known(expected_);
    rows.clear();
    if (!shown.empty()) rows.add(renderer_, expected_.indices, shown);
    return shown;
  });
}

}  // namespace uada
