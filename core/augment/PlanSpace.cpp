#include "core/augment/PlanSpace.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/Error.h"

namespace uada {
namespace {

/// Writes one group's coordinates, in the order of Space::coordinates.
void assign(Plan& plan, Group group, int position, const std::vector<int>& to) {
  switch (group) {
    case Group::flip: plan.flip = to[0] != 0; break;
    case Group::crop: plan.crop = Crop{to[0], to[1]}; break;
    case Group::cutout: plan.cutout = Box{to[0], to[1], to[2], to[3]}; break;
    case Group::chain:
    default: {  // a step of the chain
      using Level = std::numeric_limits<std::int16_t>;
      plan.steps[position].level =
          static_cast<std::int16_t>(std::clamp<int>(to[0], Level::min(), Level::max()));
      break;
    }
  }
}

void refuseMissing(const Plan& plan, Group group) {
  const bool has = group == Group::flip    ? plan.flip.has_value()
                   : group == Group::crop  ? plan.crop.has_value()
                   : isChain(group)        ? true  // a chain may be empty: nothing moves
                                           : plan.cutout.has_value();
  if (!has) throw Error(fmt::format("the group {} cannot be moved: the plan has none", groupName(group)));
}

int signOf(float x) { return (x > 0) - (x < 0); }

}  // namespace

PlanSpace::PlanSpace(const PlanBounds& bounds, ProbeSettings probing)
    : bounds_(bounds), eachStep_(probing.chainProbe == "each"), skipInert_(probing.skipInert) {}

std::vector<Group> PlanSpace::allGroups(int steps, bool box) const {
  std::vector<Group> groups{Group::flip, Group::crop};
  if (steps > 0 && !eachStep_) groups.push_back(Group::chain);
  for (int i = 0; i < steps && eachStep_; ++i) groups.push_back(stepGroup(i));
  if (box) groups.push_back(Group::cutout);
  return groups;
}

Crop PlanSpace::drawCrop(Random& random) const {
  const auto places = static_cast<std::uint32_t>(2 * bounds_.pad + 1);
  const int row = static_cast<int>(random.below(places));
  const int col = static_cast<int>(random.below(places));
  return {row, col};
}

Box PlanSpace::drawBox(Random& random, int size) const {
  const auto side = static_cast<std::uint32_t>(bounds_.side);
  const int left = static_cast<int>(random.below(side)) - size / 2;
  const int top = static_cast<int>(random.below(side)) - size / 2;
  return {left, top, std::min(bounds_.side, left + size), std::min(bounds_.side, top + size)};
}

bool PlanSpace::isProbed(const Step& step) const {
  return step.fired && !(skipInert_ && ops()[step.op].inert());
}

/// The step that a probe moves: uniform over those that may be, or the group's own; -1 if there is none.
int PlanSpace::drawPosition(const Plan& plan, Group group, Random& random) const {
  if (group >= Group::step) {
    const int position = static_cast<int>(group) - static_cast<int>(Group::step);
    return position < plan.stepCount && isProbed(plan.steps[position]) ? position : -1;
  }
  const auto count = std::ranges::count_if(plan.chain(), [&](const Step& step) { return isProbed(step); });
  if (count == 0) return -1;
  auto left = static_cast<int>(random.below(static_cast<std::uint32_t>(count)));
  int position = 0;
  while (!isProbed(plan.steps[position]) || left-- > 0) ++position;
  return position;
}

bool PlanSpace::isClamped(const Plan& plan, Group group, int position) const {
  return coordinates(plan, group, position) != coordinates(clamped(plan), group, position);
}

Probe PlanSpace::probe(const Plan& plan, Group group, Random& random) const {
  refuseMissing(plan, group);
  Probe probe;
  probe.plan = plan;
  if (isChain(group)) {
    probe.position = static_cast<std::int8_t>(drawPosition(plan, group, random));
    probe.inert = probe.position < 0 || ops()[plan.steps[probe.position].op].inert();
  }
  std::vector<int> moved = coordinates(plan, group, probe.position);
  if (moved.empty()) {
    probe.unchanged = true;
    return probe;
  }
  probe.coordinates = static_cast<std::uint8_t>(moved.size());
  for (std::size_t k = 0; k < moved.size(); ++k) {
    const int delta = group == Group::flip ? 1 - 2 * moved[k] : random.sign();
    probe.delta[k] = static_cast<std::int8_t>(delta);
    moved[k] += delta;
  }
  assign(probe.plan, group, probe.position, moved);
  probe.clamped = isClamped(probe.plan, group, probe.position);
  probe.unchanged = clamped(probe.plan) == clamped(plan);
  return probe;
}

Candidate PlanSpace::update(const Plan& plan, const Probe& probe, Group group, float dL,
                            double epsilon) const {
  refuseMissing(plan, group);
  Candidate candidate{plan, false};
  // A12: a probe that is the same image as the original says nothing, whatever noise the network added.
  const int sign = probe.unchanged ? 0 : signOf(dL);
  std::vector<int> to = coordinates(plan, group, probe.position);
  if (to.empty()) return candidate;  // a chain of which nothing fired
  for (std::size_t k = 0; k < to.size() && epsilon > 0; ++k) {
    if (group == Group::flip)
      to[k] += sign > 0 ? probe.delta[k] : 0;
    else
      to[k] =
          static_cast<int>(std::trunc(to[k] + epsilon * sign * probe.delta[k]));  // dL / delta has their sign
  }
  assign(candidate.plan, group, probe.position, to);
  candidate.clamped = isClamped(candidate.plan, group, probe.position);
  return candidate;
}

}  // namespace uada
