#include "core/engine/methods/Magnitudes.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <stdexcept>

namespace uada {

Magnitudes::Magnitudes(std::size_t samples)
    : values_(at::zeros({static_cast<std::int64_t>(samples)}, at::kFloat)),
      first_(values_.mutable_data_ptr<float>()) {}

float Magnitudes::of(std::uint32_t sample) const {
  TORCH_CHECK(sample < values_.numel(), "sample ", sample, " of ", values_.numel());
  return std::atomic_ref(first_[sample]).load(std::memory_order_relaxed);
}

void Magnitudes::set(std::uint32_t sample, double value) {
  TORCH_CHECK(sample < values_.numel(), "sample ", sample, " of ", values_.numel());
  const double used = std::isnan(value) ? 0 : std::clamp(value, 0.0, 1.0);
  std::atomic_ref(first_[sample]).store(static_cast<float>(used), std::memory_order_relaxed);
}

Plan atMagnitude(Plan plan, double magnitude) {
  const int top = plan.topLevel();
  for (Part& step : plan.chain()) step.at[0] = std::min(static_cast<int>(top * magnitude) + 1, top);
  return plan;
}

at::Tensor relativeEntropy(const at::Tensor& logits) {
  const at::Tensor p = logits.softmax(1);
  return -(p * (p + 1e-8).log()).sum(1) / std::log(static_cast<double>(logits.size(1)));
}

const Dataset& trainingSetOf(const MethodContext& context) {
  if (!context.data) throw std::logic_error("this method needs the training set");
  return *context.data;
}

}  // namespace uada
