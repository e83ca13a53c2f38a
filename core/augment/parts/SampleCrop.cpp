#include <fmt/core.h>

#include <algorithm>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Stages.h"
#include "core/augment/parts/Shifted.h"
#include "core/settings/Settings.h"

namespace uada {
namespace {

bool isFirst(const Part& part) { return kindOf(part).name == "first_crop"; }

/// Of the lower edge: low and high are the least and most heights for so many pixels of width.
Range heightsFor(const Part& part, int wide, ImageSize picture) {
  if (!isFirst(part)) return {(wide + 1) / 2, 2 * wide};
  // As drawn, where width and height are cut to whole pixels.
  const std::int64_t height = picture.height, width = picture.width;
  return {static_cast<int>(std::max<std::int64_t>(1, height * wide / (2 * width))),
          static_cast<int>(2 * height * (wide + 1) / width)};
}

/// Each edge lies in the picture. How far the last one may go depends on those before: no side is longer than
/// twice the other, or of a first crop no share of a side than twice the other's, as far as the picture has
/// room.
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
  const Range heights = heightsFor(part, wide, frame.size);
  return {std::min(height, top + heights.low), std::min(height, top + heights.high)};
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

Corner cornerOf(const Change& change) { return {change.part.at[0], change.part.at[1]}; }

std::string text(const Part& part, const Style&) {
  if (!part.fired) return "";
  return fmt::format("{} ({}, {}, {}, {})", isFirst(part) ? "cut" : "sample", part.at[0], part.at[1],
                     part.at[2], part.at[3]);
}

void describe(const Part& part, const Frame& frame, Stage& stage) {
  const PixelBox box = boxOf(part);
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
  plan[kindOf(part).keys.front()] = std::move(crop);
}

/// make  the part of a box, and whether it fired
void readAs(const std::string& key, Part (*make)(const PixelBox&, bool), const Json& json, Plan& plan) {
  const Json* crop = json.find(key);
  if (!crop) return;
  const std::string where = "plan: " + key;
  refuseUnknownKeys(*crop, {"box", "fired"}, where);
  const auto box = planjson::pixels(planjson::member(*crop, "box", where), key + ": box", 4);
  plan.add(make({box[0], box[1], box[2], box[3]}, planjson::fired(*crop, key)));
}

Part cropPartOf(std::uint8_t kind, const PixelBox& box, bool fired) {
  return {.kind = kind, .fired = fired, .at = {box.left, box.top, box.right, box.bottom}};
}

}  // namespace

Part sampleCropPart(const PixelBox& box, bool fired) {
  static const std::uint8_t kind = partIndex("sample_crop");
  return cropPartOf(kind, box, fired);
}

Part firstCropPart(const PixelBox& box, bool fired) {
  static const std::uint8_t kind = partIndex("first_crop");
  return cropPartOf(kind, box, fired);
}

namespace part {

/// A rectangle of the picture. Coordinates: left, top, right, bottom, pixels; delta is one of 32 pixels of
/// its width or height, as it was drawn.
PartKind sampleCrop() {
  PartKind kind{.name = "sample_crop",
                .title = "Sample crop",
                .group = "crop",
                .phase = RenderPhase::frame,
                .coordinates = 4};
  kind.keys = {"sample_crop"};
  kind.range = range;
  kind.unit = [](const Part& part, const Input&, int k) {
    const PixelBox box = boxOf(part);
    return std::max(1, ((k % 2 == 0 ? box.width() : box.height()) + 16) / 32);
  };
  kind.made = made;
  kind.append = append;
  showsFrom<cornerOf>(kind);
  kind.words = {{"left", 1, " px", Coordinate::Way::right},
                {"top", 1, " px", Coordinate::Way::down},
                {"right", 1, " px", Coordinate::Way::right},
                {"bottom", 1, " px", Coordinate::Way::down}};
  kind.text = text;
  kind.describe = describe;
  kind.write = write;
  kind.read = [](const Json& json, Plan& plan) { readAs("sample_crop", sampleCropPart, json, plan); };
  return kind;
}

/// The same before light and colour.
PartKind firstCrop() {
  PartKind kind = sampleCrop();
  kind.name = "first_crop";
  kind.title = "First crop";
  kind.keys = {"first_crop"};
  kind.read = [](const Json& json, Plan& plan) { readAs("first_crop", firstCropPart, json, plan); };
  return kind;
}

}  // namespace part
}  // namespace uada
