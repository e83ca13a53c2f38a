#pragma once

#include <torch/torch.h>

#include <optional>
#include <span>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/engine/methods/Method.h"
#include "core/engine/tasks/TaskHead.h"

namespace uada {

/// The rows of one step: rendered images as the network takes them, and their targets, all in memory that is
/// kept from step to step. On the CPU the renderer writes normalised floats there. For another device it
/// writes bytes, which go there once and are normalised there: a quarter of the traffic. A box of
/// BoxFill::mean is exactly 0 in the floats, and in the bytes the mean rounded to 8 bits.
class RowBuffer {
 public:
  enum class Kind { floats, bytes };
  /// kind   none: floats on the CPU, else bytes
  /// mixes  whether plans may mix labels (Space::mixesLabels): targets then have shares
  RowBuffer(const TaskHead& head, const RenderSettings& settings, at::Device device,
            std::optional<Kind> kind = {}, bool mixes = false);

  /// Forgets all rows; their memory is used again.
  void clear() {
    count_ = 0;
    places_.clear();
  }
  /// Renders rows of a batch, behind those that are there.
  /// batch  [B] into the renderer's data set
  Rows add(const Renderer& renderer, std::span<const std::uint32_t> batch, std::span<const Shown> shown);

  /// [count, 3, height, width], float, channels last in memory, on the device.
  at::Tensor images(Rows rows) const;
  Targets targets(Rows rows) const;
  /// [count], int64, on the CPU: of each row its sample's place in the batch.
  at::Tensor places(Rows rows) const;
  /// Any rows, copied together on the device.
  struct Picked {
    at::Tensor images;
    Targets targets;
  };
  /// rows  [K], int64, on the CPU or on the device. Numbers on the device are not looked at: they must be of
  ///       rows that are there
  Picked pick(const at::Tensor& rows) const;
  /// Their targets alone.
  Targets pickTargets(const at::Tensor& rows) const;

 private:
  void makeRoom(std::int64_t rows);
  void renderImages(const Renderer& renderer, std::span<const std::uint32_t> batch,
                    std::span<const Shown> shown);
  Targets movedTargets(const Renderer& renderer, std::span<const std::uint32_t> batch,
                       std::span<const Shown> shown) const;
  Targets labels(const Dataset& data, std::span<const std::uint32_t> batch,
                 std::span<const Shown> shown) const;
  void putTargets(const Targets& targets);
  Rows checked(Rows rows) const;
  at::Tensor placed(const at::Tensor& rows) const;

  const TaskHead& head_;
  const Input input_;
  const at::Device device_;
  const Kind kind_;
  const bool mixes_;
  at::Tensor scale_, shift_;          // [3]: of bytes, so that byte * scale + shift is normalised
  at::Tensor images_;                 // [room, height, width, 3], float, on the device
  at::Tensor bytes_;                  // the same on the way there; undefined for floats
  Targets targets_;                   // of all rows, on the device
  std::int64_t count_ = 0;            // rows
  std::vector<std::int64_t> places_;  // of each row
};

}  // namespace uada
