#include "core/augment/Clamp.h"

#include <algorithm>

namespace uada {

Plan clampPlan(const Plan& plan, const Input& input) {
  Plan out = plan;
  if (out.crop) {
    out.crop->row = std::clamp(out.crop->row, 0, 2 * input.pad);
    out.crop->col = std::clamp(out.crop->col, 0, 2 * input.pad);
  }
  if (auto& part = out.resizedCrop) {
    part->row = std::clamp(part->row, 0, std::max(0, part->source.height - part->height));
    part->col = std::clamp(part->col, 0, std::max(0, part->source.width - part->width));
  }
  for (Step& step : out.chain())
    step.level = static_cast<std::int16_t>(std::clamp<int>(step.level, 0, out.topLevel()));
  if (auto& box = out.cutout) {  // left and right are rows (Box)
    for (int* edge : {&box->left, &box->right}) *edge = std::clamp(*edge, 0, input.height);
    for (int* edge : {&box->top, &box->bottom}) *edge = std::clamp(*edge, 0, input.width);
  }
  return out;
}

}  // namespace uada
