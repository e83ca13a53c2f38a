#include "core/engine/train/RowBuffer.h"

#include <algorithm>
#include <vector>

namespace uada {

namespace {

/// Each class's share of a row's label: its own, and of each step that mixes labels the partner's by that
/// step's weight.
/// shares  [classes], zeros
void mixLabels(const Dataset& data, std::uint32_t index, const Plan& plan, const Input& input,
               float* shares) {
  shares[data.label(index)] = 1;
  for (const Part& step : plan.chain()) {
    const Op& op = ops()[step.op];
    if (!op.mixesLabels || !step.fired) continue;
    const double weight = rawValue(op, plan.grid, placeOnGrid(step, plan.grid), step.sign, input.width);
    for (int c = 0; c < data.classes(); ++c) shares[c] *= static_cast<float>(1 - weight);
    const auto partner = static_cast<std::uint32_t>(step.partner % data.size());
    shares[data.label(partner)] += static_cast<float>(weight);
  }
}

}  // namespace

RowBuffer::RowBuffer(const TaskHead& head, const RenderSettings& settings, at::Device device,
                     std::optional<Kind> kind, bool mixes)
    : head_(head),
      input_(settings.input),
      device_(device),
      kind_(kind.value_or(device.is_cpu() ? Kind::floats : Kind::bytes)),
      mixes_(mixes) {
  std::vector<float> scale, shift;
  for (std::size_t c = 0; c < 3; ++c) {
    scale.push_back(1 / (255 * settings.deviation[c]));
    shift.push_back(-settings.mean[c] / settings.deviation[c]);
  }
  scale_ = at::tensor(scale).to(device);
  shift_ = at::tensor(shift).to(device);
}

Rows RowBuffer::add(const Renderer& renderer, std::span<const std::uint32_t> batch,
                    std::span<const Shown> shown) {
  const Rows rows{static_cast<int>(count_), static_cast<int>(shown.size())};
  makeRoom(count_ + rows.count);
  renderImages(renderer, batch, shown);
  putTargets(movedTargets(renderer, batch, shown));
  for (const Shown& row : shown) places_.push_back(row.place);
  count_ += rows.count;
  return rows;
}

/// Rows that are there stay. What a step needs is about what the last one did, so that this comes seldom.
void RowBuffer::makeRoom(std::int64_t rows) {
  if (images_.defined() && images_.size(0) >= rows) return;
  if (images_.defined()) rows += rows / 4;  // not each time that a step has a few more than any before
  const std::int64_t shape[] = {rows, input_.height, input_.width, 3};
  // Where memory is short for one of them, both stay as they are.
  const at::Tensor images = at::empty(shape, at::TensorOptions(at::kFloat).device(device_));
  at::Tensor bytes;
  if (kind_ == Kind::bytes)
    bytes = at::empty(shape, at::TensorOptions(at::kByte).pinned_memory(device_.is_cuda()));
  if (count_ > 0) images.narrow(0, 0, count_).copy_(images_.narrow(0, 0, count_));
  images_ = images;
  bytes_ = bytes;  // those of earlier rows have gone to the device, or are on their way from what is let go
}

void RowBuffer::renderImages(const Renderer& renderer, std::span<const std::uint32_t> batch,
                             std::span<const Shown> shown) {
  const auto count = static_cast<std::int64_t>(shown.size());
  at::Tensor images = images_.narrow(0, count_, count);
  if (kind_ == Kind::floats) {
    renderer.render(batch, shown, static_cast<float*>(images.mutable_data_ptr()));
    return;
  }
  const at::Tensor bytes = bytes_.narrow(0, count_, count);
  renderer.renderBytes(batch, shown, static_cast<std::uint8_t*>(bytes.mutable_data_ptr()));
  const at::Tensor there = bytes.to(device_, /*non_blocking=*/true);
  at::addcmul_out(images, shift_, there.to(at::kFloat), scale_);
}

Targets RowBuffer::labels(const Dataset& data, std::span<const std::uint32_t> batch,
                          std::span<const Shown> shown) const {
  std::vector<Target> labels;
  for (const std::uint32_t index : batch) labels.emplace_back(Label{data.label(index)});
  std::vector<std::int64_t> places;
  for (const Shown& row : shown) places.push_back(row.place);
  Targets targets = head_.targets(labels).picked(at::tensor(places, at::kLong));
  if (!mixes_) return targets;
  targets.shares = at::zeros({static_cast<std::int64_t>(shown.size()), data.classes()}, at::kFloat);
  auto* next = targets.shares.mutable_data_ptr<float>();
  for (const Shown& row : shown) {
    mixLabels(data, batch[static_cast<std::size_t>(row.place)], row.plan, input_, next);
    next += data.classes();
  }
  return targets;
}

/// A label stays as it is, or is mixed with others; what has a place in the image is moved with it.
Targets RowBuffer::movedTargets(const Renderer& renderer, std::span<const std::uint32_t> batch,
                                std::span<const Shown> shown) const {
  const Dataset& data = renderer.data();
  if (data.targetKind() == TargetKind::label) return labels(data, batch, shown);
  std::vector<std::vector<std::size_t>> rowsOf(batch.size());  // each target is read once
  for (std::size_t r = 0; r < shown.size(); ++r)
    rowsOf[static_cast<std::size_t>(shown[r].place)].push_back(r);
  std::vector<Target> moved(shown.size());
  const TargetRule rule = head_.targetRule();
  renderer.pool().forRanges(batch.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) {
      if (rowsOf[b].empty()) continue;
      const Held<TargetView> target = data.target(batch[b]);
      for (const std::size_t r : rowsOf[b]) moved[r] = renderer.target(shown[r].plan, *target, rule);
    }
  });
  return head_.targets(moved);
}

/// On the device, behind those of the rows that are there.
void RowBuffer::putTargets(const Targets& targets) {
  const std::int64_t room = images_.size(0);
  if (targets_.rows() < room) {
    const Targets before = targets_;
    targets_ = targets.room(room, device_);
    if (count_ > 0) targets_.put(0, before.part(0, count_));
  }
  targets_.put(count_, targets);
}

Rows RowBuffer::checked(Rows rows) const {
  TORCH_CHECK(rows.first >= 0 && rows.count >= 0 && rows.first + rows.count <= count_, "rows ", rows.first,
              " to ", rows.first + rows.count - 1, " were not rendered in this step");
  return rows;
}

at::Tensor RowBuffer::images(Rows rows) const {
  const auto [first, count] = checked(rows);
  return images_.narrow(0, first, count).permute({0, 3, 1, 2});
}

Targets RowBuffer::targets(Rows rows) const {
  const auto [first, count] = checked(rows);
  return targets_.part(first, count);
}

at::Tensor RowBuffer::places(Rows rows) const {
  const auto [first, count] = checked(rows);
  const std::vector<std::int64_t> places(places_.begin() + first, places_.begin() + first + count);
  return at::tensor(places, at::kLong);
}

/// Row numbers on the device, looked at where they come from the CPU.
at::Tensor RowBuffer::placed(const at::Tensor& rows) const {
  if (rows.device().is_cpu() && rows.numel() > 0)
    checked({rows.min().item<int>(), rows.max().item<int>() - rows.min().item<int>() + 1});
  return rows.to(device_);
}

RowBuffer::Picked RowBuffer::pick(const at::Tensor& rows) const {
  const at::Tensor numbers = placed(rows);
  return {images_.index_select(0, numbers).permute({0, 3, 1, 2}), targets_.picked(numbers)};
}

Targets RowBuffer::pickTargets(const at::Tensor& rows) const { return targets_.picked(placed(rows)); }

}  // namespace uada
