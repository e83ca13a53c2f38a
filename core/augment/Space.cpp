#include "core/augment/Space.h"

namespace uada {

const char* groupName(Group group) {
  switch (group) {
    case Group::flip: return "flip";
    case Group::crop: return "crop";
    case Group::chain: return "chain";
    case Group::cutout: return "cutout";
  }
  return "?";
}

std::vector<int> Space::coordinates(const Plan& plan, Group group, int position) {
  switch (group) {
    case Group::flip:
      if (plan.flip) return {*plan.flip ? 1 : 0};
      break;
    case Group::crop:
      if (plan.crop) return {plan.crop->row, plan.crop->col};
      break;
    case Group::chain:
      if (position >= 0 && position < plan.stepCount) return {plan.steps[position].level};
      break;
    case Group::cutout:
      if (plan.cutout) return {plan.cutout->left, plan.cutout->top, plan.cutout->right, plan.cutout->bottom};
      break;
  }
  return {};
}

}  // namespace uada
