#include "core/augment/Stages.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "core/augment/Clamp.h"
#include "core/base/Files.h"

namespace uada {
namespace {

using Part = Stage::Part;

struct Place {
  Part part;
  int step = -1;
};

/// The parts of a plan in the order they are rendered.
std::vector<Place> placesOf(const Plan& plan) {
  std::vector<Place> chain, frame, places;
  for (int i = 0; i < plan.stepCount; ++i) chain.push_back({Part::op, i});
  if (plan.resizedCrop) places.push_back({Part::crop});
  if (plan.crop) frame.push_back({Part::crop});
  if (plan.flip) frame.push_back({Part::flip});
  const bool chainFirst = plan.order == RenderOrder::chainFirst;
  for (const auto& parts : {chainFirst ? chain : frame, chainFirst ? frame : chain})
    places.insert(places.end(), parts.begin(), parts.end());
  if (plan.cutout) places.push_back({Part::cutout});
  return places;
}

/// Takes one part of `from` over into a plan that has those before it.
void take(Plan& plan, const Plan& from, const Place& place) {
  switch (place.part) {
    case Part::original: return;
    case Part::crop:
      plan.crop = from.crop;
      plan.resizedCrop = from.resizedCrop;
      return;
    case Part::flip: plan.flip = from.flip; return;
    case Part::cutout: plan.cutout = from.cutout; return;
    case Part::op: plan.add(from.steps[static_cast<std::size_t>(place.step)]); return;
  }
}

void describeCrop(Stage& stage, const ResizedCrop& part) {
  stage.title = "Resized crop";
  stage.detail = fmt::format("{} x {} pixels of {} x {} from row {}, column {}", part.width, part.height,
                             part.source.width, part.source.height, part.row, part.col);
}

void describeCrop(Stage& stage, const Crop& crop, int pad) {
  stage.title = "Crop";
  // As the plan counts, so that captions, plans and decisions name the same numbers.
  stage.detail = fmt::format("row {}, column {} of the image padded by {}", crop.row, crop.col, pad);
  if (crop.row == pad && crop.col == pad)
    stage.detail += ": not moved";
  else if (crop.reflect)
    stage.detail += ", reflected";
}

void describeBox(Stage& stage, const Box& box, BoxFill fill) {
  stage.title = "Cutout";
  stage.done = box.left < box.right && box.top < box.bottom;
  // In the authors' code left and right are rows (Box).
  stage.detail = stage.done ? fmt::format("rows {}-{}, columns {}-{}, {}", box.left, box.right - 1, box.top,
                                          box.bottom - 1, fill == BoxFill::mean ? "mean" : "black")
                            : "empty box";
}

/// plan  clamped
void describeOp(Stage& stage, const Plan& plan, int side) {
  const Step& step = plan.steps[static_cast<std::size_t>(stage.step)];
  const Op& op = ops().at(step.op);
  stage.title = op.title;
  stage.done = step.fired;
  if (op.hasValue) {
    const double top = topLevel(plan.grid);
    stage.level = std::clamp(placeOnGrid(step, plan.grid), 0.0, top);
    stage.value = rawValue(op, plan.grid, *stage.level, step.sign, side);
    const std::string raw = rawValueText(op, *stage.value);
    stage.detail = gridInfo(plan.grid).continuous
                       ? fmt::format("share {:.3g}: {}", *stage.level, raw)
                       : fmt::format("level {:g} of {:g}: {}", *stage.level, top, raw);
  }
  if (!step.fired) stage.detail += stage.detail.empty() ? "not applied" : ", not applied";
}

void describe(Stage& stage, const Plan& plan, const RenderSettings& settings) {
  switch (stage.part) {
    case Part::original: stage.title = "Original"; return;
    case Part::crop:
      return plan.resizedCrop ? describeCrop(stage, *plan.resizedCrop)
                              : describeCrop(stage, *plan.crop, settings.input.pad);
    case Part::flip:
      stage.title = "Flip";
      stage.done = *plan.flip;
      stage.detail = stage.done ? "left to right" : "not applied";
      return;
    case Part::cutout: return describeBox(stage, *plan.cutout, plan.boxFill);
    case Part::op: return describeOp(stage, plan, settings.input.width);
  }
}

}  // namespace

std::vector<Stage> stagesOf(const Renderer& renderer, std::uint32_t index, const Plan& plan) {
  const RenderSettings& settings = renderer.settings();
  const Plan used = clampPlan(plan, settings.input);
  Plan part;
  part.grid = plan.grid;
  part.order = plan.order;
  part.boxFill = plan.boxFill;
  part.outside = plan.outside;
  std::vector<Place> places = placesOf(plan);
  places.insert(places.begin(), Place{Part::original});
  std::vector<Stage> stages;
  for (const Place& place : places) {
    take(part, plan, place);
    Stage& stage = stages.emplace_back();
    stage.part = place.part;
    stage.step = place.step;
    describe(stage, used, settings);
    stage.image =
        place.part == Part::original ? Image(renderer.source(index)) : renderer.picture(index, part);
  }
  return stages;
}

std::string pixelHash(ImageView image) { return sha256(std::as_bytes(std::span(image.rgb, image.bytes()))); }

bool unitFollows(const Op& op) { return op.unit == "degrees" || op.unit == "pixels" || op.unit == "bits"; }

std::string rawValueText(const Op& op, double value) {
  if (!op.hasValue) return "";
  const std::string number = fmt::format("{:.4g}", value + 0.0);  // -0 reads as 0
  if (op.unit.empty()) return number;
  return unitFollows(op) ? fmt::format("{} {}", number, op.unit) : fmt::format("{} {}", op.unit, number);
}

}  // namespace uada
