#include "core/engine/train/StepGraph.h"

#include <dlfcn.h>
#include <fmt/core.h>

#include <filesystem>
#include <string_view>

#include "border_hash.h"

namespace uada {
namespace {

class CpuGraph : public StepGraph {
 public:
  void capture(const std::function<void()>& work) override { work_ = work; }
  void replay() override { work_(); }

 private:
  std::function<void()> work_;
};

std::filesystem::path cudaModule() {
  Dl_info info{};
  dladdr(reinterpret_cast<void*>(&stepGraphsOf), &info);
  return std::filesystem::path(info.dli_fname ? info.dli_fname : "").parent_path() / "libuada_cuda.so";
}

/// LibTorch's CUDA part has been loaded before, with the device.
StepGraphs cudaGraphs(at::Device device) {
  const std::filesystem::path file = cudaModule();
  std::error_code missing;
  if (!std::filesystem::exists(file, missing))
    return {nullptr, fmt::format("'{}' is not there: run ./setup --cuda and build again", file.string())};
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* reason = dlerror();
    return {nullptr, fmt::format("cannot load '{}': {}", file.string(), reason ? reason : "no reason given")};
  }
  const auto border = reinterpret_cast<const char* (*)()>(dlsym(library, "uada_cuda_border"));
  const auto make = reinterpret_cast<StepGraph* (*)(int)>(dlsym(library, "uada_cuda_graph"));
  if (!border || !make || std::string_view(border()) != UADA_BORDER_HASH)
    return {nullptr,
            fmt::format("'{}' is of another build than the engine: build both again", file.string())};
  return {[make, device] { return std::unique_ptr<StepGraph>(make(device.index())); }, {}};
}

}  // namespace

StepGraphs stepGraphsOf(at::Device device) {
  if (device.is_cuda()) return cudaGraphs(device);
  return {[] { return std::make_unique<CpuGraph>(); }, {}};
}

}  // namespace uada
