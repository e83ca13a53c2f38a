#pragma once

#include "core/engine/models/Torch.h"

namespace uada {

/// A tensor of the CPU on a device. A GPU is not waited for: it reads the copy by itself, in the order of its
/// work.
inline at::Tensor sentTo(const at::Tensor& onCpu, at::Device device) {
  return device.is_cuda() ? onCpu.pin_memory().to(device, /*non_blocking=*/true) : onCpu.to(device);
}

}  // namespace uada
