#include "core/augment/Clamp.h"

#include <algorithm>

namespace uada {

Plan clampPlan(const Plan& plan, const PlanBounds& bounds) {
  Plan out = plan;
  if (out.crop) {
    out.crop->row = std::clamp(out.crop->row, 0, 2 * bounds.pad);
    out.crop->col = std::clamp(out.crop->col, 0, 2 * bounds.pad);
  }
  if (auto& part = out.resizedCrop) {
    part->row = std::clamp(part->row, 0, std::max(0, part->source.height - part->height));
    part->col = std::clamp(part->col, 0, std::max(0, part->source.width - part->width));
  }
  for (Step& step : out.chain())
    step.level = static_cast<std::int16_t>(std::clamp<int>(step.level, 0, out.topLevel()));
  if (out.cutout)
    for (int* edge : {&out.cutout->left, &out.cutout->top, &out.cutout->right, &out.cutout->bottom})
      *edge = std::clamp(*edge, 0, bounds.side);
  return out;
}

}  // namespace uada
