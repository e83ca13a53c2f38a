#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/engine/methods/Method.h"
#include "core/engine/models/Torch.h"
#include "core/engine/tasks/TaskHead.h"

namespace uada {

/// The rows of one step: rendered images and their targets, all in memory that is kept from step to step. The
/// renderer writes bytes. On the CPU they stay, and become the renderer's numbers each time that the network
/// is shown some of them: a quarter of the memory. To another device they go once and are normalised there: a
/// quarter of the traffic; a box of BoxFill::mean, exactly 0 in the renderer's numbers, is there the mean
/// rounded to 8 bits.
class RowBuffer {
 public:
  enum class Kind { bytes, floats };  ///< what is kept
  /// kind   none: bytes on the CPU, else floats
  /// mixes  whether plans may mix labels (Space::mixesLabels): targets then have shares
  RowBuffer(const TaskHead& head, const RenderSettings& settings, at::Device device,
            std::optional<Kind> kind = {}, bool mixes = false);

  /// Forgets all rows; their memory is used again.
  void clear() { shown_.clear(); }
  /// Renders rows of a batch, behind those that are there.
  /// batch  [B] into the renderer's data set
  Rows add(const Renderer& renderer, std::span<const std::uint32_t> batch, std::span<const Shown> shown);

  /// [count, 3, height, width], float, channels last in memory, on the device.
  /// renderer  with the settings of the one that drew them
  at::Tensor images(Rows rows, const Renderer& renderer) const;
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
  Picked pick(const at::Tensor& rows, const Renderer& renderer) const;
  /// Their targets alone.
  Targets pickTargets(const at::Tensor& rows) const;
  /// Of all rows that are there.
  std::span<const Shown> shown() const { return shown_; }

 private:
  void makeRoom(std::int64_t rows);
  void renderImages(const Renderer& renderer, std::span<const std::uint32_t> batch,
                    std::span<const Shown> shown);
  std::int64_t count() const { return static_cast<std::int64_t>(shown_.size()); }
  std::int64_t room() const { return bytes_.defined() ? bytes_.size(0) : 0; }
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
  at::Tensor scale_, shift_;  // [3]: of bytes, so that byte * scale + shift is normalised
  at::Tensor bytes_;          // [room, height, width, 3]: of all rows, or on the way to the device
  at::Tensor images_;         // the same, float, on the device; undefined where bytes are kept
  Targets targets_;           // of all rows, on the device
  std::vector<Shown> shown_;  // likewise
};

}  // namespace uada
