#include <fmt/core.h>

#include <utility>

#include "core/augment/Clamp.h"
#include "core/augment/Renderer.h"
#include "core/base/Error.h"

namespace uada {

/// The size of the images that the plan is for.
ImageSize Renderer::sourceOf(const Plan& plan) const {
  return plan.resizedCrop ? plan.resizedCrop->source : settings_.input.size();
}

/// None: no pixel moves.
std::optional<Map> Renderer::mapOf(const Change& change) const {
  const ImageSize input = settings_.input.size();
  switch (change.kind) {
    case Change::Kind::crop: {
      Map map = uada::mapOf({.x0 = 1.0 * change.crop.col - settings_.input.pad,
                             .y0 = 1.0 * change.crop.row - settings_.input.pad},
                            input);
      if (change.crop.reflect) map.edge = Edge::mirrored;
      return map;
    }
    case Change::Kind::part: {
      const ResizedCrop& part = change.part;
      return Map{{.xx = 1.0 * part.width / input.width, .yy = 1.0 * part.height / input.height},
                 {part.col, part.row, part.col + part.width, part.row + part.height},
                 input,
                 Edge::repeated};
    }
    case Change::Kind::flip: return uada::mapOf({.xx = -1, .x0 = 1.0 * input.width}, input);
    case Change::Kind::op: break;
  }
  const auto map = ops()[change.op].map;
  if (!map) return {};
  return uada::mapOf(map(change.value, input), input);
}

std::vector<Map> Renderer::maps(const Plan& plan) const {
  std::vector<Map> maps;
  const ChangeList list = changesOf(clampPlan(plan, settings_.input));
  for (const Change& change : list.all())
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
    LabelMap moved(*labels);
    for (const Map& map : maps(plan)) moved = movedLabels(moved.view(), map, rule.ignore);
    return moved;
  }
  if (const auto* boxes = std::get_if<BoxesView>(&target)) return movedBoxes(*boxes, maps(plan), rule);
  if (const auto* picture = std::get_if<ImageView>(&target)) {
    refuseSize(picture->width, picture->height);
    Image moved(*picture);
    const ChangeList list = changesOf(clampPlan(plan, settings_.input));
    for (const Change& change : list.all()) {
      if (!mapOf(change)) continue;
      Image next(settings_.input.width, settings_.input.height);
      draw(change, moved.view(), next.span());
      moved = std::move(next);
    }
    return moved;
  }
  return std::get<Label>(target);
}

}  // namespace uada
