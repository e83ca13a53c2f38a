#include "core/augment/Space.h"

namespace uada {

const char* groupName(Group group) {
  switch (group) {
    case Group::flip: return "flip";
    case Group::crop: return "crop";
    case Group::chain: return "chain";
    case Group::cutout: return "cutout";
    default: break;
  }
  static const std::array<std::string, kMaxSteps> steps = [] {
    std::array<std::string, kMaxSteps> names;
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = "step " + std::to_string(i + 1);
    return names;
  }();
  return steps.at(static_cast<std::size_t>(group) - static_cast<std::size_t>(Group::step)).c_str();
}

int Space::probes() const {
  int count = 0;
  for (const Group group : groups()) count += probes(group);
  return count;
}

std::vector<int> Space::coordinates(const Plan& plan, Group group, int position) {
  switch (group) {
    case Group::flip:
      if (plan.flip) return {*plan.flip ? 1 : 0};
      break;
    case Group::crop:
      if (plan.crop) return {plan.crop->row, plan.crop->col};
      if (plan.resizedCrop) return {plan.resizedCrop->row, plan.resizedCrop->col};
      break;
    case Group::cutout:
      if (plan.cutout) return {plan.cutout->left, plan.cutout->top, plan.cutout->right, plan.cutout->bottom};
      break;
    case Group::chain:
    default:  // a step of the chain
      if (position >= 0 && position < plan.stepCount) return {plan.steps[position].level};
      break;
  }
  return {};
}

}  // namespace uada
