#include "core/engine/Decisions.h"

#include <fmt/core.h>

#include "core/base/Error.h"

namespace uada {
namespace {

const GroupDecision& groupOf(const Decision& decision, int number) {
  if (number < 0 || number >= static_cast<int>(decision.groups.size()))
    throw Error(fmt::format("the decision of sample {} at step {} has no group {}: it has {}", decision.index,
                            decision.step, number, decision.groups.size()));
  return decision.groups[static_cast<std::size_t>(number)];
}

}  // namespace

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
