#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Renderer.h"
#include "core/augment/Stages.h"
#include "core/ops/Crop.h"

namespace uada {
namespace {

bool isOn(const Part& part) { return part.at[0] != 0; }

void append(const Part& part, const Frame&, ChangeList& list) {
  if (isOn(part)) list.add({.part = part});
}

std::optional<Map> map(const Change& change, const Input&) {
  return mapOf({.xx = -1, .x0 = 1.0 * change.in.width}, change.in);
}

PixelBox needs(const Change& change, const PixelBox& out) {
  return {change.in.width - out.right, out.top, change.in.width - out.left, out.bottom};
}

void drawBox(const Change& change, const Renderer&, const Excerpt& e) {
  flipHorizontal(e.in, e.inBox, e.out, needs(change, e.outBox));
}

void describe(const Part& part, const Frame&, Stage& stage) {
  stage.done = isOn(part);
  stage.detail = stage.done ? "left to right" : "not applied";
}

void read(const Json& json, Plan& plan) {
  if (const Json* flip = json.find("flip")) plan.add(flipPart(planjson::boolean(*flip, "flip")));
}

}  // namespace

Part flipPart(bool on) {
  static const std::uint8_t kind = partIndex("flip");
  return {.kind = kind, .at = {on}};
}

namespace part {

/// The image reversed from left to right. Coordinate: 0 or 1.
PartKind flip() {
  PartKind kind{.name = "flip",
                .title = "Flip",
                .group = "flip",
                .phase = RenderPhase::frame,
                .coordinates = 1,
                .toggles = true};
  kind.keys = {"flip"};
  kind.range = [](const Part&, const Frame&, int) { return Range{0, 1}; };
  kind.append = append;
  drawsInBoxes<needs, drawBox>(kind);
  kind.map = map;
  kind.text = [](const Part& part, const Style&) { return std::string(isOn(part) ? "flip" : ""); };
  kind.describe = describe;
  kind.write = [](const Part& part, Json& plan) { plan["flip"] = isOn(part); };
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada
