#include "core/engine/tasks/Labels.h"

#include <fmt/core.h>

#include "core/base/Error.h"

namespace uada {

at::Tensor crossEntropy(const at::Tensor& logits, const at::Tensor& targets) {
  TORCH_CHECK(logits.dim() == 2 && targets.dim() == 1 && logits.size(0) == targets.size(0),
              "cross-entropy wants logits [B, classes] and targets [B], found ", logits.sizes(), " and ",
              targets.sizes());
  return at::cross_entropy_loss(logits, targets, {}, at::Reduction::None);
}

at::Tensor countTop(const at::Tensor& logits, const at::Tensor& targets, int k) {
  at::NoGradGuard noGrad;
  const at::Tensor column = targets.unsqueeze(1);   // [B, 1]
  const at::Tensor own = logits.gather(1, column);  // [B, 1]
  const at::Tensor classes = at::arange(logits.size(1), targets.options()).unsqueeze(0);
  const at::Tensor ahead = (logits > own).logical_or_((logits == own).logical_and_(classes < column));
  const at::Tensor inTop = (ahead.sum(1) < k).logical_and_(own.squeeze(1).isnan().logical_not_());
  return inTop.sum();
}

void LabelMeter::add(const at::Tensor& logits, const at::Tensor& targets) {
  loss_ += crossEntropy(logits, targets).sum(at::kDouble).item<double>();
  top1_ += countTop(logits, targets, 1).item<std::int64_t>();
  top5_ += countTop(logits, targets, 5).item<std::int64_t>();
  count_ += targets.size(0);
}

Metrics LabelMeter::values() const {
  const auto count = static_cast<double>(count_);
  return {{"top1", static_cast<double>(top1_) / count},
          {"top5", static_cast<double>(top5_) / count},
          {"loss", loss_ / count}};
}

void checkLabels(const Dataset& data, std::string_view which) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::int32_t label = data.label(static_cast<std::uint32_t>(i));
    if (label >= 0 && label < data.classes()) continue;
    throw Error(
        fmt::format("label {} of {} image {} is outside 0..{}: check the files with 'uada data check'", label,
                    which, i, data.classes() - 1));
  }
}

}  // namespace uada
