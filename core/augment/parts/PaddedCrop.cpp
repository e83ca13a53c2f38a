#include <fmt/core.h>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Renderer.h"
#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/ops/Crop.h"

namespace uada {
namespace {

bool isReflected(const Part& part) { return part.style != 0; }

void append(const Part& part, const Frame& frame, ChangeList& list) {
  if (part.at[0] != frame.input.pad || part.at[1] != frame.input.pad) list.add({.part = part});
}

void draw(const Change& change, const Renderer& renderer, ImageView in, ImageSpan out) {
  const Part& part = change.part;
  (isReflected(part) ? padCropReflect : padCrop)(in, out, part.at[0], part.at[1],
                                                 renderer.settings().input.pad);
}

std::optional<Map> map(const Change& change, const Input& input) {
  const auto& at = change.part.at;
  Map map = mapOf({.x0 = 1.0 * at[1] - input.pad, .y0 = 1.0 * at[0] - input.pad}, change.in);
  if (isReflected(change.part)) map.edge = Edge::mirrored;
  return map;
}

std::string text(const Part& part, const Style&) {
  return fmt::format("{}crop ({}, {})", isReflected(part) ? "reflected " : "", part.at[0], part.at[1]);
}

void describe(const Part& part, const Frame& frame, Stage& stage) {
  const int pad = frame.input.pad;
  // As the plan counts, so that captions, plans and decisions name the same numbers.
  stage.detail = fmt::format("row {}, column {} of the image padded by {}", part.at[0], part.at[1], pad);
  if (part.at[0] == pad && part.at[1] == pad)
    stage.detail += ": not moved";
  else if (isReflected(part))
    stage.detail += ", reflected";
}

void write(const Part& part, Json& plan) {
  plan["crop"] = planjson::numbers({part.at[0], part.at[1]});
  if (isReflected(part)) plan["crop_padding"] = "reflect";
}

void read(const Json& json, Plan& plan) {
  if (const Json* crop = json.find("crop")) {
    const auto at = planjson::pixels(*crop, "crop", 2);
    plan.add(cropPart(at[0], at[1], planjson::isSecond(json, "crop_padding", "zero", "reflect")));
  } else if (json.find("crop_padding")) {
    throw Error("plan: crop_padding: of a crop only, and the plan has none");
  }
}

}  // namespace

Part cropPart(int row, int col, bool reflected) {
  static const std::uint8_t kind = partIndex("crop");
  return {.kind = kind, .style = std::uint8_t{reflected}, .at = {row, col}};
}

namespace part {

/// A window of the padded image. Coordinates: row and column, pixels.
PartKind paddedCrop() {
  PartKind kind{.name = "crop",
                .title = "Crop",
                .group = "crop",
                .phase = RenderPhase::frame,
                .coordinates = 2,
                .keys = {}};
  kind.keys = {"crop", "crop_padding"};
  kind.range = [](const Part&, const Frame& frame, int) { return Range{0, 2 * frame.input.pad}; };
  kind.append = append;
  kind.draw = draw;
  kind.map = map;
  kind.text = text;
  kind.describe = describe;
  kind.write = write;
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada
