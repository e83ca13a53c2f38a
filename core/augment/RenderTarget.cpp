#include <fmt/core.h>

#include <utility>

#include "core/augment/MovedLabels.h"
#include "core/augment/Renderer.h"
#include "core/base/Error.h"

namespace uada {

/// The size of the images that the plan is for.
ImageSize Renderer::sourceOf(const Plan& plan) const {
  return sourceSize(plan).value_or(settings_.input.size());
}

/// None: no pixel moves.
std::optional<Map> Renderer::mapOf(const Change& change) const {
  const auto map = kindOf(change.part).map;
  return map ? map(change, settings_.input) : std::nullopt;
}

std::vector<Map> Renderer::maps(const Plan& plan) const {
  std::vector<Map> maps;
  const ChangeList list = changesOf(plan);
  for (const Change& change : list.changes())
    if (const std::optional<Map> map = mapOf(change)) maps.push_back(*map);
  return maps;
}

Target Renderer::target(const Plan& plan, const TargetView& target, const TargetRule& rule) const {
  const ImageSize wanted = sourceOf(plan);
  const auto refuseSize = [&](int width, int height) {
    if (ImageSize{width, height} != wanted)
      throw Error(fmt::format("cannot move {} of {} x {} pixels with a plan for images of {} x {}",
                              targetText(kindOf(target)), width, height, wanted.width, wanted.height));
  };
  if (const auto* labels = std::get_if<LabelMapView>(&target)) {
    refuseSize(labels->width, labels->height);
    return movedLabels(*labels, maps(plan), rule.ignore);
  }
  if (const auto* boxes = std::get_if<BoxesView>(&target)) return movedBoxes(*boxes, maps(plan), rule);
  if (const auto* picture = std::get_if<ImageView>(&target)) {
    refuseSize(picture->width, picture->height);
    Image moved(*picture);
    const ChangeList list = changesOf(plan);
    for (const Change& change : list.changes()) {
      if (!mapOf(change)) continue;
      Image next(change.out.width, change.out.height);
      kindOf(change.part).draw(change, *this, moved.view(), next.span());
      moved = std::move(next);
    }
    return moved;
  }
  return std::get<Label>(target);
}

}  // namespace uada
