#include "core/engine/tasks/MultiBox.h"

namespace uada {

at::Tensor hardNegatives(const at::Tensor& losses, const at::Tensor& positive, int ratio) {
  const at::NoGradGuard noGrad;
  const std::int64_t priors = losses.size(1);
  const at::Tensor order =
      losses.masked_fill(positive, 0).argsort(/*stable=*/true, /*dim=*/1, /*descending=*/true);
  const at::Tensor numbers = at::arange(priors, order.options()).expand_as(order);
  const at::Tensor rank = at::empty_like(order).scatter_(1, order, numbers);
  const at::Tensor wanted = (positive.sum(1, /*keepdim=*/true) * ratio).clamp_max(priors - 1);
  return (rank < wanted).logical_and_(positive.logical_not());
}

at::Tensor multiBoxSums(const Output& output, const Targets& targets, int ratio) {
  TORCH_CHECK(output.main.dim() == 3 && output.offsets.sizes() == targets.offsets.sizes() &&
                  output.main.sizes().slice(0, 2) == targets.classes.sizes(),
              "detection wants logits [R, P, classes + 1] and offsets [R, P, 4], found ", output.main.sizes(),
              " and ", output.offsets.sizes());
  const at::Tensor positive = targets.classes > 0;  // [R, P]
  const at::Tensor place =
      at::smooth_l1_loss(output.offsets, targets.offsets, at::Reduction::None).sum(2) * positive;
  const at::Tensor label =
      at::cross_entropy_loss(output.main.flatten(0, 1), targets.classes.flatten(), {}, at::Reduction::None)
          .view_as(targets.classes);
  const at::Tensor counted = positive.logical_or(hardNegatives(label.detach(), positive, ratio));
  return place.sum(1) + (label * counted).sum(1);
}

at::Tensor positiveCounts(const Targets& targets) { return (targets.classes > 0).sum(1); }

}  // namespace uada
