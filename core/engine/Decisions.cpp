#include "core/engine/Decisions.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "core/augment/PartKind.h"
#include "core/augment/Space.h"
#include "core/base/Error.h"

namespace uada {
namespace {

const GroupDecision& groupOf(const Decision& decision, int number) {
  if (number < 0 || number >= static_cast<int>(decision.groups.size()))
    throw Error(fmt::format("the decision of sample {} at step {} has no group {}: it has {}", decision.index,
                            decision.step, number, decision.groups.size()));
  return decision.groups[static_cast<std::size_t>(number)];
}

/// The part of the plan that the group moved; null: none.
Part* movedPart(Plan& plan, const GroupDecision& group) {
  if (group.position >= 0)
    return group.position < std::ssize(plan.chain()) ? &plan.chain()[static_cast<std::size_t>(group.position)]
                                                     : nullptr;
  for (Part& part : plan.parts())
    if (kindOf(part).group == group.group) return &part;
  return nullptr;
}

/// Adds a group's delta, or takes it away.
/// only  the one coordinate that moves; -1: all of them
void move(Plan& plan, const GroupDecision& group, int sign, int only) {
  Part* const part = movedPart(plan, group);
  if (!part) return;
  const Range stored = kindOf(*part).stored;
  for (std::size_t k = 0; k < std::min(group.delta.size(), part->at.size()); ++k)
    if (only < 0 || only == static_cast<int>(k))
      part->at[k] = std::clamp(part->at[k] + sign * group.delta[k], stored.low, stored.high);
}

}  // namespace

std::vector<ProbePlan> probesOf(const Decision& decision, int number, ProbedBy by) {
  const GroupDecision& group = groupOf(decision, number);
  const bool hasOpposite = by == ProbedBy::central && !toggles(group.group);
  const std::size_t count = group.probeLoss.size(), each = hasOpposite ? count / 2 : count;
  std::vector<ProbePlan> probes;
  for (std::size_t p = 0; p < count; ++p) {
    ProbePlan& probe = probes.emplace_back(ProbePlan{decision.plan, group.probeLoss[p], p >= each});
    if (by == ProbedBy::joint)
      for (const GroupDecision& one : decision.groups) move(probe.plan, one, 1, -1);
    else
      move(probe.plan, group, probe.isOpposite ? -1 : 1, each > 1 ? static_cast<int>(p % each) : -1);
  }
  return probes;
}

const Plan& planOf(const Decision& decision, int which) {
  return which == -1 ? decision.plan : groupOf(decision, which).candidate;
}

const Image& pictureOf(const Decision& decision, int which) {
  return which == -1 ? decision.unperturbed : groupOf(decision, which).picture;
}

std::string nameOf(const Decision& decision, int which) {
  return which == -1 ? "unperturbed" : groupOf(decision, which).group;
}

void drawPictures(Decision& decision, const Renderer& renderer, std::span<const ClassColour> colours) {
  const Held<ImageView> source = renderer.source(decision.index);  // first: it refuses what is not there
  const Held<TargetView> target = renderer.data().target(decision.index);
  const auto drawn = [&](const Plan& plan) {
    const Target moved = renderer.target(plan, *target);
    return withTarget(renderer.picture(decision.index, plan).view(), viewOf(moved), colours);
  };
  decision.original = withTarget(*source, *target, colours);
  decision.unperturbed = drawn(decision.plan);
  for (GroupDecision& group : decision.groups) group.picture = drawn(group.candidate);
}

}  // namespace uada
