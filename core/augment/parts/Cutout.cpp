#include <fmt/core.h>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Stages.h"

namespace uada {
namespace {

/// In the authors' code left and right are rows.
PixelBox boxOf(const Part& part) {
  const auto [left, top, right, bottom] = part.at;
  return {.left = top, .top = left, .right = bottom, .bottom = right};
}

std::string text(const Part& part, const Style&) {
  const auto [left, top, right, bottom] = part.at;
  return fmt::format("cutout ({}, {}, {}, {})", left, top, right, bottom);
}

void describe(const Part& part, const Frame& frame, Stage& stage) {
  const PixelBox box = boxOf(part);
  stage.done = box.width() > 0 && box.height() > 0;
  stage.detail = stage.done
                     ? fmt::format("rows {}-{}, columns {}-{}, {}", box.top, box.bottom - 1, box.left,
                                   box.right - 1, frame.style.boxFill == BoxFill::mean ? "mean" : "black")
                     : "empty box";
}

void write(const Part& part, Json& plan) {
  const auto [left, top, right, bottom] = part.at;
  plan["cutout"] = planjson::numbers({left, top, right, bottom});
}

void read(const Json& json, Plan& plan) {
  const Json* cutout = json.find("cutout");
  if (!cutout) return;
  const auto [left, top, right, bottom] = planjson::pixels(*cutout, "cutout", 4);
  plan.add(cutoutPart(left, top, right, bottom));
}

}  // namespace

Part cutoutPart(int left, int top, int right, int bottom) {
  static const std::uint8_t kind = partIndex("cutout");
  return {.kind = kind, .at = {left, top, right, bottom}};
}

namespace part {

/// An erased box; it leaves targets as they are. Coordinates: its edges, pixels. A box whose right or bottom
/// lies before its left or top erases nothing.
PartKind cutout() {
  PartKind kind{
      .name = "cutout", .title = "Cutout", .group = "cutout", .phase = RenderPhase::cover, .coordinates = 4};
  kind.keys = {"cutout"};
  kind.range = [](const Part&, const Frame& frame, int k) {
    return Range{0, k % 2 == 0 ? frame.size.height : frame.size.width};  // left and right are rows
  };
  kind.append = [](const Part& part, const Frame& frame, ChangeList& list) {
    list.cover({boxOf(part), frame.style.boxFill});
  };
  kind.text = text;
  kind.describe = describe;
  kind.write = write;
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada
