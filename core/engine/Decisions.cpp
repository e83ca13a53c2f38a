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

/// The picture, with its label map or the picture that is learned on the right, or its boxes drawn in, if the
/// sample has some.
static Image withTarget(ImageView picture, const TargetView& target, std::span<const ClassColour> colours) {
  if (const auto* labels = std::get_if<LabelMapView>(&target))
    return sideBySide(picture, labelPicture(*labels, colours).view());
  if (const auto* learned = std::get_if<ImageView>(&target)) return sideBySide(picture, *learned);
  Image drawn(picture);
  if (const auto* boxes = std::get_if<BoxesView>(&target)) drawBoxes(drawn.span(), *boxes, colours);
  return drawn;
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
