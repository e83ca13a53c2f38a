#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/engine/models/Torch.h"

namespace uada {

/// Work on tensors that is handed to a device as a whole, again and again: the same operations on the same
/// memory.
class StepGraph {
 public:
  virtual ~StepGraph() = default;
  /// Keeps the work, without doing it. What it reads and leaves behind stays where it is from here on. It
  /// must not wait for the device, nor depend on numbers of the CPU that change.
  virtual void capture(const std::function<void()>& work) = 0;
  /// Does the work on what now stands in its memory.
  virtual void replay() = 0;
};

/// What makes graphs for a device; null: it has none.
using MakeStepGraph = std::function<std::unique_ptr<StepGraph>()>;
struct StepGraphs {
  MakeStepGraph make;
  std::string whyNone;  ///< where it is null
};

/// On the CPU they do the work itself each time, so that what surrounds them can be tested. On a GPU they are
/// CUDA's, of libuada_cuda.so beside the engine, which is there where LibTorch's CUDA part was when the
/// engine was built.
StepGraphs stepGraphsOf(at::Device device);

}  // namespace uada
