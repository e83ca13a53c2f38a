#include <fmt/core.h>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Renderer.h"
#include "core/augment/Stages.h"
#include "core/ops/CvBoxes.h"
#include "core/ops/CvMoves.h"
#include "core/settings/Settings.h"

namespace uada {
namespace {

constexpr int kPerOne = 100;  // hundredths of a degree
constexpr Range kAngles{-18'000, 18'000};
constexpr Range kUsual{-1000, 1000};

double degreesOf(const Part& part) { return part.at[0] / double{kPerOne}; }
Filter filterOf(const Part& part) { return static_cast<Filter>(part.style); }

void append(const Part& part, const Frame&, ChangeList& list) {
  if (part.fired && part.at[0] != 0) list.add({.part = part});
}

std::optional<Map> map(const Change& change, const Input&) {
  return rotationMap(change.in, degreesOf(change.part));
}

PixelBox needs(const Change& change, const PixelBox& out) {
  return rotationNeeds(rotationMap(change.in, degreesOf(change.part)), out);
}

void drawBox(const Change& change, const Renderer& renderer, const Excerpt& e) {
  rotateBox({e.in, e.inBox}, {e.out, e.outBox}, rotationMap(change.in, degreesOf(change.part)),
            filterOf(change.part), renderer.colourOf(BoxFill::mean));
}

std::string text(const Part& part, const Style&) {
  return part.fired ? fmt::format("rotate {:g} degrees", degreesOf(part)) : "";
}

void describe(const Part& part, const Frame&, Stage& stage) {
  stage.done = part.fired;
  stage.detail = fmt::format("{:g} degrees{}", degreesOf(part), part.fired ? "" : ", not applied");
}

void write(const Part& part, Json& plan) {
  const Range range = ownRange(part);
  Json rotation = Json::object();
  rotation["hundredths"] = part.at[0];
  rotation["range"] = planjson::numbers({range.low, range.high});
  if (!part.fired) rotation["fired"] = false;
  if (filterOf(part) != Filter::bilinear) rotation["filter"] = std::string(filterName(filterOf(part)));
  plan["rotation"] = std::move(rotation);
}

void read(const Json& json, Plan& plan) {
  const Json* rotation = json.find("rotation");
  if (!rotation) return;
  const std::string where = "plan: rotation";
  refuseUnknownKeys(*rotation, {"hundredths", "range", "fired", "filter"}, where);
  const int angle = planjson::integer(planjson::member(*rotation, "hundredths", where),
                                      "rotation: hundredths", -kFarthest, kFarthest);
  const Range range = planjson::range(*rotation, "rotation", kUsual, kAngles.low, kAngles.high);
  plan.add(rotationPart(angle, range, planjson::fired(*rotation, "rotation"), planjson::filter(*rotation)));
}

}  // namespace

Part rotationPart(int angle, Range range, bool fired, Filter filter) {
  static const std::uint8_t kind = partIndex("rotation");
  return {.kind = kind,
          .style = static_cast<std::uint8_t>(filter),
          .fired = fired,
          .at = {angle},
          .size = {range.low, range.high}};
}

namespace part {

/// The image turned; outside it shows the data set's mean in 8 bits. Coordinate: the angle in hundredths of a
/// degree; delta is a tenth of its range.
PartKind rotation() {
  PartKind kind{.name = "rotation",
                .title = "Rotation",
                .group = "rotate",
                .phase = RenderPhase::frame,
                .coordinates = 1};
  kind.words = {{"angle", kPerOne, "°"}};
  kind.keys = {"rotation"};
  movesInOwnRange(kind);
  kind.append = append;
  drawsInBoxes<needs, drawBox>(kind);
  kind.map = map;
  kind.text = text;
  kind.describe = describe;
  kind.write = write;
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada
