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

/// The picture, with its label map on the right if the sample has one.
static Image withLabels(ImageView picture, const Target& target, std::span<const ClassColour> colours) {
  const auto* labels = std::get_if<LabelMap>(&target);
  return labels ? sideBySide(picture, labelPicture(labels->view(), colours).view()) : Image(picture);
}

void drawPictures(Decision& decision, const Renderer& renderer, std::span<const ClassColour> colours) {
  const Held<ImageView> source = renderer.source(decision.index);  // first: it refuses what is not there
  const Held<TargetView> target = renderer.data().target(decision.index);
  const auto drawn = [&](const Plan& plan) {
    return withLabels(renderer.picture(decision.index, plan).view(), renderer.target(plan, *target), colours);
  };
  const auto* labels = std::get_if<LabelMapView>(&*target);
  decision.original = labels ? withLabels(*source, LabelMap(*labels), colours) : Image(*source);
  decision.unperturbed = drawn(decision.plan);
  for (GroupDecision& group : decision.groups) group.picture = drawn(group.candidate);
}

}  // namespace uada
