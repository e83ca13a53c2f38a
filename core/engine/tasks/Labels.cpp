#include "core/engine/tasks/Labels.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

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

/// logits  of one sample; sum: log of the sum of their exponentials
static std::vector<ClassChance> likeliest(std::span<const float> logits, double sum) {
  constexpr std::size_t kMost = 5;
  std::vector<std::int32_t> order;
  for (std::size_t c = 0; c < logits.size(); ++c)
    if (!std::isnan(logits[c])) order.push_back(static_cast<std::int32_t>(c));
  const auto isAhead = [&](std::int32_t a, std::int32_t b) {
    const float first = logits[static_cast<std::size_t>(a)], second = logits[static_cast<std::size_t>(b)];
    return first != second ? first > second : a < b;
  };
  const std::size_t count = std::min(order.size(), kMost);
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(count), isAhead);
  std::vector<ClassChance> best;
  for (std::size_t i = 0; i < count; ++i) {
    const double chance = std::exp(logits[static_cast<std::size_t>(order[i])] - sum);
    if (!std::isnan(chance)) best.push_back({order[i], std::min(chance, 1.0)});
  }
  return best;
}

std::vector<ClassChances> chancesOf(const at::Tensor& logits, const at::Tensor& targets) {
  const at::NoGradGuard noGrad;
  const auto here = [](const at::Tensor& values, at::ScalarType type) {
    return values.to(type).cpu().contiguous();
  };
  const at::Tensor values = here(logits, at::kFloat), truths = here(targets, at::kLong);
  const at::Tensor losses = here(crossEntropy(logits, targets), at::kDouble);
  const at::Tensor sums = values.to(at::kDouble).logsumexp(1);
  const auto* value = static_cast<const float*>(values.const_data_ptr());
  const auto* truth = static_cast<const std::int64_t*>(truths.const_data_ptr());
  const auto* loss = static_cast<const double*>(losses.const_data_ptr());
  const auto* sum = static_cast<const double*>(sums.const_data_ptr());
  const auto classes = static_cast<std::size_t>(values.size(1));
  std::vector<ClassChances> all(static_cast<std::size_t>(values.size(0)));
  for (std::size_t b = 0; b < all.size(); ++b)
    all[b] = {likeliest({value + b * classes, classes}, sum[b]), static_cast<std::int32_t>(truth[b]),
              loss[b]};
  return all;
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

std::vector<double> LabelMeter::numbers() const {
  return {loss_, static_cast<double>(top1_), static_cast<double>(top5_), static_cast<double>(count_)};
}

void LabelMeter::merge(std::span<const double> numbers) {
  loss_ += numbers[0];
  top1_ += static_cast<std::int64_t>(numbers[1]);
  top5_ += static_cast<std::int64_t>(numbers[2]);
  count_ += static_cast<std::int64_t>(numbers[3]);
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
