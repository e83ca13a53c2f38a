#pragma once

#include "core/engine/models/Network.h"
#include "core/engine/models/Torch.h"

namespace uada {

/// While it lives, convolutions and products of this thread run in bfloat16 on a device, and their results
/// stay in it; weights are cast when they are used (PyTorch's autocast). One at a time.
class Bf16 {
 public:
  explicit Bf16(at::Device device);
  ~Bf16();
  Bf16(const Bf16&) = delete;
  Bf16& operator=(const Bf16&) = delete;

 private:
  const at::DeviceType device_;
};

/// Whether a GPU may compute float32 in its faster form. Of the whole process: whoever trains or tests says
/// it.
void allowTf32(bool allowed);

/// What losses and metrics take: float, whatever the network's last layer gave.
Output floats(const Output& output);

}  // namespace uada
