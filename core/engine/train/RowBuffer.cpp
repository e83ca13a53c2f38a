#include "core/engine/train/RowBuffer.h"

#include <algorithm>

namespace uada {
namespace {

/// A tensor of that shape in memory that is kept, and grows where it is not enough.
at::Tensor roomIn(at::Tensor& memory, at::IntArrayRef shape, const at::TensorOptions& options) {
  const std::int64_t wanted = c10::multiply_integers(shape);
  if (!memory.defined() || memory.numel() < wanted) memory = at::empty({wanted}, options);
  return memory.narrow(0, 0, wanted).view(shape);
}

}  // namespace

RowBuffer::RowBuffer(const Renderer& renderer, const TaskHead& head, ThreadPool& pool, at::Device device,
                     std::optional<Kind> kind)
    : renderer_(renderer),
      head_(head),
      pool_(pool),
      device_(device),
      kind_(kind.value_or(device.is_cpu() ? Kind::floats : Kind::bytes)) {
  const RenderSettings& settings = renderer.settings();
  std::vector<float> scale, shift;
  for (std::size_t c = 0; c < 3; ++c) {
    scale.push_back(1 / (255 * settings.deviation[c]));
    shift.push_back(-settings.mean[c] / settings.deviation[c]);
  }
  scale_ = at::tensor(scale).to(device);
  shift_ = at::tensor(shift).to(device);
}

Rows RowBuffer::add(std::span<const std::uint32_t> batch, std::span<const Shown> shown) {
  const std::size_t size = batch.size();
  TORCH_CHECK(size > 0 && shown.size() % size == 0, "rows must be whole variants of the batch");
  std::vector<Plan> plans;
  plans.reserve(shown.size());
  for (std::size_t r = 0; r < shown.size(); ++r) {
    TORCH_CHECK(shown[r].place == static_cast<int>(r % size), "rows must stand in the order of the batch");
    plans.push_back(shown[r].plan);
  }
  if (used_ == chunks_.size()) chunks_.emplace_back();
  Chunk& chunk = chunks_[used_++];
  chunk.rows = {rows_, static_cast<int>(shown.size())};
  rows_ += chunk.rows.count;
  renderImages(chunk, batch, plans);
  chunk.targets = movedTargets(batch, shown).to(device_);
  return chunk.rows;
}

void RowBuffer::renderImages(Chunk& chunk, std::span<const std::uint32_t> batch,
                             std::span<const Plan> plans) const {
  const Input& input = renderer_.settings().input;
  const std::int64_t shape[] = {chunk.rows.count, input.height, input.width, 3};
  if (kind_ == Kind::floats) {
    chunk.images = roomIn(chunk.memory, shape, at::kFloat);
    renderer_.render(batch, plans, chunk.images.mutable_data_ptr<float>());
    return;
  }
  const auto bytes = at::TensorOptions(at::kByte).pinned_memory(device_.is_cuda());
  const at::Tensor rendered = roomIn(chunk.memory, shape, bytes);
  renderer_.renderBytes(batch, plans, rendered.mutable_data_ptr<std::uint8_t>());
  const at::Tensor there = rendered.to(device_, /*non_blocking=*/true);
  chunk.images = at::addcmul(shift_, there.to(at::kFloat), scale_);
}

/// A label stays as it is; what has a place in the image is moved with it.
Targets RowBuffer::movedTargets(std::span<const std::uint32_t> batch, std::span<const Shown> shown) const {
  const Dataset& data = renderer_.data();
  std::vector<Target> moved(shown.size());
  const TargetRule rule = head_.targetRule();
  pool_.forRanges(batch.size(), data.targetKind() == TargetKind::label ? batch.size() : 1,
                  [&](std::size_t begin, std::size_t end) {
                    for (std::size_t b = begin; b < end; ++b) {
                      const Held<TargetView> target = data.target(batch[b]);
                      for (std::size_t r = b; r < shown.size(); r += batch.size())
                        moved[r] = renderer_.target(shown[r].plan, *target, rule);
                    }
                  });
  return head_.targets(moved);
}

const RowBuffer::Chunk& RowBuffer::chunkOf(int row) const {
  const auto end = chunks_.begin() + static_cast<std::ptrdiff_t>(used_);
  const auto found = std::find_if(chunks_.begin(), end, [row](const Chunk& chunk) {
    return row >= chunk.rows.first && row < chunk.rows.first + chunk.rows.count;
  });
  TORCH_CHECK(found != end, "row ", row, " was not rendered in this step");
  return *found;
}

at::Tensor RowBuffer::images(Rows rows) const {
  const Chunk& chunk = chunkOf(rows.first);
  return chunk.images.narrow(0, rows.first - chunk.rows.first, rows.count).permute({0, 3, 1, 2});
}

Targets RowBuffer::targets(Rows rows) const {
  const Chunk& chunk = chunkOf(rows.first);
  return chunk.targets.part(rows.first - chunk.rows.first, rows.count);
}

RowBuffer::Picked RowBuffer::pick(std::span<const int> rows) const {
  std::vector<at::Tensor> images, classes;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const Chunk& chunk = chunkOf(rows[at]);
    images.push_back(chunk.images[rows[at] - chunk.rows.first]);
    classes.push_back(chunk.targets.classes[rows[at] - chunk.rows.first]);
  }
  return {at::stack(images).permute({0, 3, 1, 2}), {at::stack(classes)}};
}

}  // namespace uada
