#include "core/engine/train/RowBuffer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/engine/models/Transfer.h"

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

/// bytes    [count, height, width, 3]
/// returns  [count, 3, height, width]
at::Tensor numbersOf(const at::Tensor& bytes, std::span<const Shown> shown, const Renderer& renderer) {
  const at::Tensor images = at::empty(bytes.sizes(), at::kFloat);
  renderer.numbers(shown, static_cast<const std::uint8_t*>(bytes.const_data_ptr()),
                   images.mutable_data_ptr<float>());
  return images.permute({0, 3, 1, 2});
}

}  // namespace

RowBuffer::RowBuffer(const TaskHead& head, const RenderSettings& settings, at::Device device,
                     std::optional<Kind> kind, bool mixes)
    : head_(head),
      input_(settings.input),
      device_(device),
      kind_(kind.value_or(device.is_cpu() ? Kind::bytes : Kind::floats)),
      mixes_(mixes) {
  TORCH_CHECK(kind_ == Kind::floats || device.is_cpu(), "bytes are kept on the CPU alone");
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
  const Rows rows{static_cast<int>(count()), static_cast<int>(shown.size())};
  makeRoom(count() + rows.count);
  renderImages(renderer, batch, shown);
  putTargets(movedTargets(renderer, batch, shown));
  shown_.insert(shown_.end(), shown.begin(), shown.end());
  return rows;
}

/// Rows that are there stay. What a step needs is about what the last one did, so that this comes seldom.
void RowBuffer::makeRoom(std::int64_t rows) {
  if (room() >= rows) return;
  if (room() > 0) rows += rows / 16;  // not each time that a step has a few more than any before
  const std::int64_t shape[] = {rows, input_.height, input_.width, 3};
  const auto withRows = [&](const at::Tensor& before, const at::Tensor& larger) {
    if (count() > 0) larger.narrow(0, 0, count()).copy_(before.narrow(0, 0, count()));
    return larger;
  };
  // Where memory is short for one of them, both stay as they are. Bytes of earlier rows have gone to the
  // device, or are on their way from what is let go.
  at::Tensor images;
  if (kind_ == Kind::floats)
    images = withRows(images_, at::empty(shape, at::TensorOptions(at::kFloat).device(device_)));
  const at::Tensor bytes = at::empty(shape, at::TensorOptions(at::kByte).pinned_memory(device_.is_cuda()));
  bytes_ = kind_ == Kind::bytes ? withRows(bytes_, bytes) : bytes;
  images_ = images;
}

void RowBuffer::renderImages(const Renderer& renderer, std::span<const std::uint32_t> batch,
                             std::span<const Shown> shown) {
  const auto added = static_cast<std::int64_t>(shown.size());
  const at::Tensor bytes = bytes_.narrow(0, count(), added);
  renderer.renderBytes(batch, shown, static_cast<std::uint8_t*>(bytes.mutable_data_ptr()));
  if (kind_ == Kind::bytes) return;
  at::Tensor images = images_.narrow(0, count(), added);
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
  if (targets_.rows() < room()) {
    const Targets before = targets_;
    targets_ = targets.room(room(), device_);
    if (count() > 0) targets_.put(0, before.part(0, count()));
  }
  targets_.put(count(), targets);
}

Rows RowBuffer::checked(Rows rows) const {
  TORCH_CHECK(rows.first >= 0 && rows.count >= 0 && rows.first + rows.count <= count(), "rows ", rows.first,
              " to ", rows.first + rows.count - 1, " were not rendered in this step");
  return rows;
}

at::Tensor RowBuffer::images(Rows rows, const Renderer& renderer) const {
  const auto [first, count] = checked(rows);
  if (kind_ == Kind::floats) return images_.narrow(0, first, count).permute({0, 3, 1, 2});
  return numbersOf(bytes_.narrow(0, first, count),
                   shown().subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                   renderer);
}

Targets RowBuffer::targets(Rows rows) const {
  const auto [first, count] = checked(rows);
  return targets_.part(first, count);
}

at::Tensor RowBuffer::places(Rows rows) const {
  const auto [first, count] = checked(rows);
  std::vector<std::int64_t> places;
  for (int row = first; row < first + count; ++row)
    places.push_back(shown_[static_cast<std::size_t>(row)].place);
  return at::tensor(places, at::kLong);
}

/// Row numbers on the device, looked at where they come from the CPU.
at::Tensor RowBuffer::placed(const at::Tensor& rows) const {
  if (!rows.device().is_cpu()) return rows;
  const at::Tensor numbers = rows.contiguous();
  const std::span all(static_cast<const std::int64_t*>(numbers.const_data_ptr()),
                      static_cast<std::size_t>(numbers.numel()));
  if (!all.empty()) {
    const auto [least, most] = std::ranges::minmax(all);
    checked({static_cast<int>(least), static_cast<int>(most - least + 1)});
  }
  return sentTo(numbers, device_);
}

RowBuffer::Picked RowBuffer::pick(const at::Tensor& rows, const Renderer& renderer) const {
  const at::Tensor numbers = placed(rows).contiguous();
  Targets targets = targets_.picked(numbers);
  if (kind_ == Kind::floats)
    return {images_.index_select(0, numbers).permute({0, 3, 1, 2}), std::move(targets)};
  std::vector<Shown> picked;
  const auto* number = static_cast<const std::int64_t*>(numbers.const_data_ptr());
  for (std::int64_t i = 0; i < numbers.numel(); ++i)
    picked.push_back(shown_[static_cast<std::size_t>(number[i])]);
  return {numbersOf(bytes_.index_select(0, numbers), picked, renderer), std::move(targets)};
}

Targets RowBuffer::pickTargets(const at::Tensor& rows) const { return targets_.picked(placed(rows)); }

}  // namespace uada
