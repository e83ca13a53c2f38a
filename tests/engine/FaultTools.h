#pragma once

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/train/Stepper.h"
#include "tests/core/Resident.h"
#include "tests/engine/EngineTools.h"

namespace uada {

inline bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

/// All that a run has learned, by name.
class Learned : public StateVisitor {
 public:
  explicit Learned(Stepper& stepper) { stepper.visit(*this); }
  void tensor(const std::string& name, at::Tensor value) override {
    all.emplace_back(name, value.detach().clone());
  }
  /// The first tensor that differs in a bit; "": none.
  std::string differenceTo(const Learned& other) const {
    if (all.size() != other.all.size()) return "another number of tensors";
    for (std::size_t i = 0; i < all.size(); ++i) {
      const at::Tensor &a = all[i].second, &b = other.all[i].second;
      if (a.nbytes() > 0 &&
          std::memcmp(a.contiguous().const_data_ptr(), b.contiguous().const_data_ptr(), a.nbytes()) != 0)
        return all[i].first;
    }
    return "";
  }
  std::vector<std::pair<std::string, at::Tensor>> all;
};

/// Of the first images.
inline Batch firstBatch(std::uint32_t size) {
  Batch batch{3, 1, 1, {}};
  for (std::uint32_t i = 0; i < size; ++i) batch.indices.push_back(i);
  return batch;
}

/// With momentum, and an average of the weights.
inline RunConfig busyConfig(const std::string& folder, const std::string& method) {
  RunConfig config = tinyConfig(folder, method, 2, 8);
  config.recipe.training.averaging = 0.9;
  return config;
}

/// The training images of a folder, in memory.
inline ResidentDataset trainingImages(const std::string& folder) {
  return test::resident(findDataset("cifar10").load(folder, Split::train, {}));
}

}  // namespace uada
