#pragma once

#include <ATen/record_function.h>

#include "core/engine/models/Torch.h"

namespace uada {

/// A tensor of the CPU on a device; what is there already stays. A GPU is not waited for: it reads the copy
/// by itself, in the order of its work. Recorded as "uada::send": tests find what goes another way, which
/// would wait.
inline at::Tensor sentTo(const at::Tensor& onCpu, at::Device device) {
  RECORD_FUNCTION("uada::send", std::vector<c10::IValue>());
  const bool isUpload = device.is_cuda() && onCpu.is_cpu();
  return isUpload ? onCpu.pin_memory().to(device, /*non_blocking=*/true) : onCpu.to(device);
}

/// A tensor of a device on the CPU. A GPU is waited for, until it has done all that it was given before: each
/// such wait of a step is recorded as "uada::read", which tests count.
inline at::Tensor readFrom(const at::Tensor& onDevice) {
  RECORD_FUNCTION("uada::read", std::vector<c10::IValue>());
  return onDevice.cpu();
}

}  // namespace uada
