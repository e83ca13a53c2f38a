#include "core/weights/WeightsFile.h"
#include "tests/fuzz/Fuzz.h"

/// The readers of weights: safetensors, and both formats of PyTorch. What is taken lies within the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace uada;
  constexpr std::int64_t kMostNumbers = 1 << 20;
  const auto bytes = bytesOfMemory(std::as_bytes(std::span(data, size)));
  WeightsFile file;
  if (fuzz::isRefused([&] { file = readWeights(bytes, "net.pth"); })) return 0;
  for (const WeightTensor& tensor : file.tensors) {
    fuzz::require(tensor.storage < file.storages.size(), "a tensor has a storage");
    const Storage& storage = file.storages[tensor.storage];
    fuzz::require(storage.at <= size && storage.bytes <= size - storage.at, "a storage lies in the file");
    if (tensor.count() > kMostNumbers) continue;
    fuzz::isRefused([&] {
      fuzz::require(std::ssize(file.doubles(tensor)) == tensor.count(), "a tensor has all its numbers");
    });
  }
  fuzz::isRefused([&] { networkTensors(file); });
  return 0;
}
