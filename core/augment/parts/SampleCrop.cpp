#include <fmt/core.h>

#include <algorithm>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Renderer.h"
#include "core/augment/Stages.h"
#include "core/ops/Crop.h"
#include "core/settings/Settings.h"

namespace uada {
namespace {

/// Each edge lies in the picture. How far the last one may go depends on those before: no side is longer than
/// twice the other, as far as the picture has room.
Range range(const Part& part, const Frame& frame, int k) {
  const auto [width, height] = frame.size;
  if (!part.fired) {
    const int edges[] = {0, 0, width, height};
    return {edges[k], edges[k]};
  }
  if (k == 0) return {0, width - 1};
  if (k == 1) return {0, height - 1};
  const int left = std::clamp(part.at[0], 0, width - 1);
  if (k == 2) return {left + 1, width};
  const int wide = std::clamp(part.at[2], left + 1, width) - left,
            top = std::clamp(part.at[1], 0, height - 1);
  return {std::min(height, top + (wide + 1) / 2), std::min(height, top + 2 * wide)};
}

PixelBox boxOf(const Part& part) { return {part.at[0], part.at[1], part.at[2], part.at[3]}; }

ImageSize made(const Part& part, const Frame&) {
  const PixelBox box = boxOf(part);
  return {box.width(), box.height()};
}

void append(const Part& part, const Frame& frame, ChangeList& list) {
  const ImageSize cut = made(part, frame);
  if (cut != frame.size) list.add({.part = part}, cut);
}

std::optional<Map> map(const Change& change, const Input&) {
  return Map{{.x0 = 1.0 * change.part.at[0], .y0 = 1.0 * change.part.at[1]},
             {0, 0, change.in.width, change.in.height},
             change.out};
}

void draw(const Change& change, const Renderer& renderer, ImageView in, ImageSpan out) {
  cutWindow(in, out, change.part.at[1], change.part.at[0], renderer.colourOf(BoxFill::mean));
}

std::string text(const Part& part, const Style&) {
  if (!part.fired) return "";
  return fmt::format("sample ({}, {}, {}, {})", part.at[0], part.at[1], part.at[2], part.at[3]);
}

void describe(const Part& part, const Frame& frame, Stage& stage) {
  const PixelBox box = boxOf(part);
  stage.title = "Sample crop";
  stage.done = part.fired;
  stage.detail = part.fired
                     ? fmt::format("{} x {} pixels of {} x {} from row {}, column {}", box.width(),
                                   box.height(), frame.size.width, frame.size.height, box.top, box.left)
                     : "not applied";
}

void write(const Part& part, Json& plan) {
  Json crop = Json::object();
  crop["box"] = planjson::numbers({part.at[0], part.at[1], part.at[2], part.at[3]});
  if (!part.fired) crop["fired"] = false;
  plan["sample_crop"] = std::move(crop);
}

void read(const Json& json, Plan& plan) {
  const Json* crop = json.find("sample_crop");
  if (!crop) return;
  const std::string where = "plan: sample_crop";
  refuseUnknownKeys(*crop, {"box", "fired"}, where);
  const auto box = planjson::pixels(planjson::member(*crop, "box", where), "sample_crop: box", 4);
  const Json* fired = crop->find("fired");
  plan.add(sampleCropPart({box[0], box[1], box[2], box[3]},
                          !fired || planjson::boolean(*fired, "sample_crop: fired")));
}

}  // namespace

Part sampleCropPart(const PixelBox& box, bool fired) {
  static const std::uint8_t kind = partIndex("sample_crop");
  return {.kind = kind, .fired = fired, .at = {box.left, box.top, box.right, box.bottom}};
}

namespace part {

/// A rectangle of the picture. Coordinates: left, top, right, bottom, pixels; delta is one of 32 pixels of
/// its width or height, as it was drawn.
PartKind sampleCrop() {
  PartKind kind{.name = "sample_crop", .group = "crop", .phase = RenderPhase::frame, .coordinates = 4};
  kind.keys = {"sample_crop"};
  kind.range = range;
  kind.unit = [](const Part& part, const Input&, int k) {
    const PixelBox box = boxOf(part);
    return std::max(1, ((k % 2 == 0 ? box.width() : box.height()) + 16) / 32);
  };
  kind.made = made;
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
