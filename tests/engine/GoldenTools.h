#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/Json.h"
#include "core/engine/models/Network.h"

namespace uada {

/// Of the script's rule: each tensor's values follow from its name.
inline std::vector<double> drawn(std::string_view name, std::int64_t count) {
  std::uint32_t state = 0x811C9DC5;
  for (const char c : name) state = (state ^ static_cast<unsigned char>(c)) * 0x01000193;
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) {
    state = 1664525u * state + 1013904223u;
    values.push_back((state >> 8) / 8388608.0 - 1);
  }
  return values;
}

inline at::Tensor valueOf(const std::string& name, at::IntArrayRef sizes) {
  const at::Tensor u = at::tensor(drawn(name, c10::multiply_integers(sizes)), at::kDouble).reshape(sizes);
  const auto made = [&]() -> at::Tensor {
    if (name == "input") return 2 * u;
    if (sizes.size() > 1) {
      const auto inputs = static_cast<double>(c10::multiply_integers(sizes.slice(1)));
      return u * std::sqrt(6 / inputs);
    }
    if (name.ends_with("running_var")) return 1 + 0.5 * u;
    return name.ends_with("weight") ? 0.3 + 0.1 * u : 0.5 * u;
  };
  return made().to(at::kFloat);
}

inline void fill(Network& network) {
  const at::NoGradGuard noGrad;
  for (auto& entry : network.named_parameters())
    entry.value().copy_(valueOf(entry.key(), entry.value().sizes()));
  for (auto& entry : network.named_buffers())
    entry.value().copy_(valueOf(entry.key(), entry.value().sizes()));
}

inline at::Tensor tensorOf(const Json& list) {
  if (!list.isArray()) return at::scalar_tensor(list.asDouble(), at::kDouble);
  std::vector<at::Tensor> items;
  for (const Json& item : list.asArray()) items.push_back(tensorOf(item));
  return at::stack(items);
}

/// The largest difference in units of the largest number.
inline double relativeDifference(const at::Tensor& got, const Json& wanted) {
  const at::Tensor expected = tensorOf(wanted);
  return ((got.to(at::kDouble) - expected).abs().max() / expected.abs().max()).item<double>();
}

inline at::Tensor waves(std::int64_t count) { return at::arange(count, at::kDouble).cos(); }

}  // namespace uada
