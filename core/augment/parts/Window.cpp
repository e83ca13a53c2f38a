#include <fmt/core.h>

#include <algorithm>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Stages.h"
#include "core/augment/parts/Shifted.h"
#include "core/base/Error.h"

namespace uada {
namespace {

/// Of the padding before the first row or column: half of it, an odd one's smaller half.
int paddingBefore(int side, int wanted) { return std::max(0, wanted - side) / 2; }

/// Before the picture where that is padded.
Corner cornerOf(const Change& change) {
  return {change.part.at[1] - paddingBefore(change.in.width, change.out.width),
          change.part.at[0] - paddingBefore(change.in.height, change.out.height)};
}

Range range(const Part&, const Frame& frame, int k) {
  return {
      0, std::max(0, k == 0 ? frame.size.height - frame.input.height : frame.size.width - frame.input.width)};
}

ImageSize made(const Part&, const Frame& frame) { return frame.input.size(); }

void append(const Part& part, const Frame& frame, ChangeList& list) {
  if (frame.size != frame.input.size()) list.add({.part = part}, frame.input.size());
}

std::string text(const Part& part, const Style&) {
  return fmt::format("window ({}, {})", part.at[0], part.at[1]);
}

void describe(const Part& part, const Frame& frame, Stage& stage) {
  const int width = std::max(frame.size.width, frame.input.width);
  const int height = std::max(frame.size.height, frame.input.height);
  stage.detail = fmt::format("row {}, column {} of {} x {} pixels", part.at[0], part.at[1], width, height);
  if (ImageSize{width, height} != frame.size) stage.detail += ", padded";
}

void read(const Json& json, Plan& plan) {
  const Json* window = json.find("window");
  if (!window) return;
  const auto at = planjson::pixels(*window, "window", 2);
  plan.add(windowPart(at[0], at[1]));
}

}  // namespace

Part windowPart(int row, int col) {
  static const std::uint8_t kind = partIndex("window");
  return {.kind = kind, .at = {row, col}};
}

namespace part {

/// A window of the input's size, of a picture of any size: what the picture is too small for shows the data
/// set's mean in 8 bits, half on each side. Coordinates: row and column, pixels; delta is as many of them as
/// are one of 32, at least one.
PartKind window() {
  PartKind kind{
      .name = "window", .title = "Window", .group = "crop", .phase = RenderPhase::frame, .coordinates = 2};
  kind.keys = {"window"};
  kind.range = range;
  kind.unit = [](const Part&, const Input& input, int k) {
    return std::max(1, ((k == 0 ? input.height : input.width) + 16) / 32);
  };
  kind.made = made;
  kind.append = append;
  showsFrom<cornerOf>(kind);
  kind.text = text;
  kind.describe = describe;
  kind.write = [](const Part& part, Json& plan) {
    plan["window"] = planjson::numbers({part.at[0], part.at[1]});
  };
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada
