#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>

#include "border_hash.h"
#include "core/engine/train/StepGraph.h"

// A library of its own, libuada_cuda.so: it is linked with LibTorch's CUDA part, which a machine without a
// GPU has not.

namespace uada {
namespace {

/// Made on a stream of its own, since the default one cannot be captured, and done on that of the caller.
/// Each has memory of its own, since what one leaves behind is read when others have run.
class CudaStepGraph : public StepGraph {
 public:
  explicit CudaStepGraph(at::Device device) : device_(device) {}

  void capture(const std::function<void()>& work) override {
    const c10::cuda::CUDAGuard guard(device_);
    c10::cuda::device_synchronize();
    const c10::cuda::CUDAStreamGuard stream(c10::cuda::getStreamFromPool(false, device_.index()));
    graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      work();
    } catch (...) {
      endBroken();
      throw;
    }
    graph_.capture_end();
  }
  void replay() override {
    const c10::cuda::CUDAGuard guard(device_);
    graph_.replay();
  }

 private:
  /// The stream must leave its capture, or nothing can be captured any more. What that says follows from what
  /// went wrong before.
  void endBroken() {
    try {
      graph_.capture_end();
    } catch (const c10::Error&) {
    }
    graph_.reset();
  }

  const at::Device device_;
  at::cuda::CUDAGraph graph_;
};

}  // namespace
}  // namespace uada

extern "C" {
const char* uada_cuda_border() { return UADA_BORDER_HASH; }
uada::StepGraph* uada_cuda_graph(int device) {
  return new uada::CudaStepGraph(at::Device(at::kCUDA, static_cast<at::DeviceIndex>(device)));
}
}
