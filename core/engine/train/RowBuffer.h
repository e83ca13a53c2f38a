#pragma once

#include <torch/torch.h>

#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/engine/methods/Method.h"
#include "core/engine/tasks/TaskHead.h"

namespace uada {

/// The rows of one step: rendered images as the network takes them, and their targets. On the CPU the
/// renderer writes normalised floats that tensors borrow. For another device it writes bytes, which go there
/// once and are normalised there: a quarter of the traffic. A box of BoxFill::mean is exactly 0 in the
/// floats, and in the bytes the mean rounded to 8 bits.
class RowBuffer {
 public:
  enum class Kind { floats, bytes };
  /// kind  none: floats on the CPU, else bytes
  RowBuffer(const Renderer& renderer, const TaskHead& head, ThreadPool& pool, at::Device device,
            std::optional<Kind> kind = {});

  /// Forgets all rows; their memory is used again.
  void clear() { used_ = rows_ = 0; }
  /// Renders whole variants of a batch.
  /// batch   [B] into the renderer's data set
  /// shown   [V * B]: variant after variant, each in the order of the batch
  Rows add(std::span<const std::uint32_t> batch, std::span<const Shown> shown);

  /// [count, 3, height, width], float, channels last in memory, on the device.
  /// rows  of one call of add()
  at::Tensor images(Rows rows) const;
  Targets targets(Rows rows) const;
  /// Any rows, copied together on the device.
  struct Picked {
    at::Tensor images;
    Targets targets;
  };
  Picked pick(std::span<const int> rows) const;

 private:
  struct Chunk {  // of one call of add()
    Rows rows;
    at::Tensor memory;  // where the renderer writes: floats, or bytes on the way to the device
    at::Tensor images;  // [count, height, width, 3], float, on the device
    Targets targets;
  };
  void renderImages(Chunk& chunk, std::span<const std::uint32_t> batch, std::span<const Plan> plans) const;
  Targets movedTargets(std::span<const std::uint32_t> batch, std::span<const Shown> shown) const;
  const Chunk& chunkOf(int row) const;

  const Renderer& renderer_;
  const TaskHead& head_;
  ThreadPool& pool_;
  const at::Device device_;
  const Kind kind_;
  at::Tensor scale_, shift_;  // [3]: of bytes, so that byte * scale + shift is normalised
  std::deque<Chunk> chunks_;  // the first used_
  std::size_t used_ = 0;
  int rows_ = 0;
};

}  // namespace uada
