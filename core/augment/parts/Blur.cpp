#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Renderer.h"
#include "core/augment/Stages.h"
#include "core/ops/CvBoxes.h"

namespace uada {
namespace {

bool isOn(const Part& part) { return part.at[0] != 0; }

void append(const Part& part, const Frame&, ChangeList& list) {
  if (isOn(part)) list.add({.part = part});
}

PixelBox needs(const Change& change, const PixelBox& out) { return blurNeeds(change.in, out); }

void drawBox(const Change&, const Renderer&, const Excerpt& e) {
  blurBox({e.in, e.inBox}, {e.out, e.outBox});
}

void describe(const Part& part, const Frame&, Stage& stage) {
  stage.done = isOn(part);
  stage.detail = stage.done ? "Gaussian, 5 x 5 pixels" : "not applied";
}

void read(const Json& json, Plan& plan) {
  if (const Json* blur = json.find("blur")) plan.add(blurPart(planjson::boolean(*blur, "blur")));
}

}  // namespace

Part blurPart(bool on) {
  static const std::uint8_t kind = partIndex("blur");
  return {.kind = kind, .at = {on}};
}

namespace part {

/// A Gaussian of 5 x 5 pixels. Coordinate: 0 or 1.
PartKind blur() {
  PartKind kind{.name = "blur",
                .title = "Blur",
                .group = "blur",
                .phase = RenderPhase::frame,
                .coordinates = 1,
                .toggles = true};
  kind.keys = {"blur"};
  kind.range = [](const Part&, const Frame&, int) { return Range{0, 1}; };
  kind.append = append;
  drawsInBoxes<needs, drawBox>(kind);
  kind.text = [](const Part& part, const Style&) { return std::string(isOn(part) ? "blur" : ""); };
  kind.describe = describe;
  kind.write = [](const Part& part, Json& plan) { plan["blur"] = isOn(part); };
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada
