#include <fmt/core.h>

#include <algorithm>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Renderer.h"
#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/ops/Resize.h"

namespace uada {
namespace {

int heightOf(const Part& part) { return part.size[0]; }
int widthOf(const Part& part) { return part.size[1]; }
ImageSize source(const Part& part) { return {part.size[3], part.size[2]}; }
ImageSize made(const Part&, const Frame& frame) { return frame.input.size(); }
Filter filterOf(const Part& part) { return static_cast<Filter>(part.style); }

PixelBox boxOf(const Part& part) {
  return {part.at[1], part.at[0], part.at[1] + widthOf(part), part.at[0] + heightOf(part)};
}

/// The part of the source stays inside it.
Range range(const Part& part, const Frame&, int k) {
  return {0, std::max(0, part.size[2 + k] - part.size[k])};
}

void draw(const Change& change, const Renderer&, ImageView in, ImageSpan out) {
  thread_local ResizeScratch scratch;
  resize(in, boxOf(change.part), out, filterOf(change.part), scratch);
}

std::optional<Map> map(const Change& change, const Input&) {
  return Map{{.xx = 1.0 * widthOf(change.part) / change.out.width,
              .yy = 1.0 * heightOf(change.part) / change.out.height},
             boxOf(change.part),
             change.out,
             Edge::repeated};
}

std::string text(const Part& part, const Style&) {
  return fmt::format("resized crop ({}, {}, {}, {})", part.at[0], part.at[1], heightOf(part), widthOf(part));
}

void describe(const Part& part, const Frame&, Stage& stage) {
  const ImageSize whole = source(part);
  stage.detail = fmt::format("{} x {} pixels of {} x {} from row {}, column {}", widthOf(part),
                             heightOf(part), whole.width, whole.height, part.at[0], part.at[1]);
}

void write(const Part& part, Json& plan) {
  plan["resized_crop"] = planjson::numbers({part.at[0], part.at[1], heightOf(part), widthOf(part)});
  plan["source"] = planjson::numbers({source(part).height, source(part).width});
  if (filterOf(part) != Filter::bilinear) plan["resize_filter"] = std::string(filterName(filterOf(part)));
}

Part partFromJson(const Json& crop, const Json& plan) {
  const auto box = planjson::pixels(crop, "resized_crop", 4);
  const auto whole = planjson::pixels(planjson::member(plan, "source", "plan: resized_crop"), "source", 2, 1);
  const int height = box[2], width = box[3];
  if (height < 1 || height > whole[0] || width < 1 || width > whole[1])
    throw Error(fmt::format("plan: resized_crop: a part of {} x {} pixels is not in a source of {} x {}",
                            width, height, whole[1], whole[0]));
  Filter filter = Filter::bilinear;
  if (const Json* given = plan.find("resize_filter"))
    filter = filterFromName(planjson::word(*given, "resize_filter"));
  return resizedCropPart(box[0], box[1], {width, height}, {whole[1], whole[0]}, filter);
}

void read(const Json& json, Plan& plan) {
  if (const Json* crop = json.find("resized_crop")) {
    if (plan.order() == RenderOrder::chainFirst)
      throw Error(
          "plan: order: crop-first expected, chain-first found: a resized_crop comes before the chain");
    return plan.add(partFromJson(*crop, json));
  }
  for (const char* key : {"source", "resize_filter"})
    if (json.find(key))
      throw Error(fmt::format("plan: {}: of a resized_crop only, and the plan has none", key));
}

}  // namespace

Part resizedCropPart(int row, int col, ImageSize size, ImageSize source, Filter filter) {
  static const std::uint8_t kind = partIndex("resized_crop");
  return {.kind = kind,
          .style = static_cast<std::uint8_t>(filter),
          .at = {row, col},
          .size = {size.height, size.width, source.height, source.width}};
}

namespace part {

/// A part of the source, resized. Coordinates: row and column, source pixels; delta is as many of them as
/// keep one of 32, at least one.
PartKind resizedCrop() {
  PartKind kind{.name = "resized_crop",
                .title = "Resized crop",
                .group = "crop",
                .phase = RenderPhase::source,
                .coordinates = 2};
  kind.keys = {"resized_crop", "source", "resize_filter"};
  kind.range = range;
  kind.unit = [](const Part&, const Input& input, int) { return std::max(1, (input.width + 16) / 32); };
  kind.source = source;
  kind.made = made;
  kind.append = [](const Part& part, const Frame& frame, ChangeList& list) {
    list.add({.part = part}, made(part, frame));
  };
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
