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

void drawPictures(Decision& decision, const Renderer& renderer) {
  decision.original = Image(*renderer.source(decision.index));
  decision.unperturbed = renderer.picture(decision.index, decision.plan);
  for (GroupDecision& group : decision.groups)
    group.picture = renderer.picture(decision.index, group.candidate);
}

}  // namespace uada
