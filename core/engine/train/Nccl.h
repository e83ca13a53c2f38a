#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/engine/models/Torch.h"

namespace uada {

/// Sums over GPUs by NVIDIA's NCCL, which comes with LibTorch's CUDA part and is looked for when the program
/// runs: by its C functions, so that nothing of CUDA is needed to build. Work goes to the default stream, as
/// the engine's does. On the training thread.
class Nccl {
 public:
  /// Whether it is there.
  static bool isThere();
  /// Meets the others. Blocks until all are there.
  /// id   newId() of rank 0
  Nccl(const std::string& id, int rank, int size, at::Device device, double timeout);
  ~Nccl();
  Nccl(const Nccl&) = delete;
  Nccl& operator=(const Nccl&) = delete;
  static std::string newId();

  /// In place; float, double, int32 or int64. Waits until it is done. Throws std::exception if another rank
  /// does not take part within the timeout.
  void sum(const at::Tensor& values);

 private:
  const at::Device device_;
  const double timeout_;
  void* group_ = nullptr;
};

}  // namespace uada
