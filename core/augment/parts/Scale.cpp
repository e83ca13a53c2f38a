#include <fmt/core.h>

#include <algorithm>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Renderer.h"
#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/ops/Crop.h"
#include "core/ops/CvBoxes.h"
#include "core/ops/CvMoves.h"
#include "core/settings/Settings.h"

namespace uada {
namespace {

constexpr int kPerOne = 1000;         // thousandths
constexpr Range kFactors{100, 4000};  // that a range may have
constexpr Range kUsual{500, 2000};

double factorOf(const Part& part) { return part.at[0] / double{kPerOne}; }
ImageSize source(const Part& part) { return {part.size[3], part.size[2]}; }
Filter filterOf(const Part& part) { return static_cast<Filter>(part.style); }

ImageSize made(const Part& part, const Frame& frame) { return scaleMap(frame.size, factorOf(part)).out; }

void append(const Part& part, const Frame& frame, ChangeList& list) {
  if (const ImageSize scaled = made(part, frame); scaled != frame.size) list.add({.part = part}, scaled);
}

bool goesByBoxes(const Part& part) { return scalesByBoxes(factorOf(part), filterOf(part)); }

PixelBox needs(const Change& change, const PixelBox& out) {
  if (goesByBoxes(change.part)) return scaleNeeds(change.in, factorOf(change.part), out);
  return {0, 0, change.in.width, change.in.height};
}

void drawBox(const Change& change, const Renderer&, const Excerpt& e) {
  if (goesByBoxes(change.part))
    return scaleBox({e.in, e.inBox}, change.in, {e.out, e.outBox}, factorOf(change.part));
  Image scaled(change.out.width, change.out.height);
  scaleImage(e.in, scaled.span(), factorOf(change.part), filterOf(change.part));
  cutWindow(scaled.view(), e.out, e.outBox.top, e.outBox.left, {});
}

std::string text(const Part& part, const Style&) { return fmt::format("scale {:g}", factorOf(part)); }

void describe(const Part& part, const Frame& frame, Stage& stage) {
  const ImageSize scaled = made(part, frame);
  stage.detail = fmt::format("{:g} times: {} x {} pixels", factorOf(part), scaled.width, scaled.height);
}

void write(const Part& part, Json& plan) {
  const Range range = ownRange(part);
  Json scale = Json::object();
  scale["thousandths"] = part.at[0];
  scale["range"] = planjson::numbers({range.low, range.high});
  scale["source"] = planjson::numbers({source(part).height, source(part).width});
  if (filterOf(part) != Filter::bilinear) scale["filter"] = std::string(filterName(filterOf(part)));
  plan["scale"] = std::move(scale);
}

void read(const Json& json, Plan& plan) {
  const Json* scale = json.find("scale");
  if (!scale) return;
  const std::string where = "plan: scale";
  refuseUnknownKeys(*scale, {"thousandths", "range", "source", "filter"}, where);
  const int factor = planjson::integer(planjson::member(*scale, "thousandths", where), "scale: thousandths",
                                       -kFarthest, kFarthest);
  const Range range = planjson::range(*scale, "scale", kUsual, kFactors.low, kFactors.high);
  const auto whole = planjson::pixels(planjson::member(*scale, "source", where), "scale: source", 2, 1);
  plan.add(scalePart(factor, range, {whole[1], whole[0]}, planjson::filter(*scale)));
}

}  // namespace

Part scalePart(int factor, Range range, ImageSize source, Filter filter) {
  static const std::uint8_t kind = partIndex("scale");
  if (std::max(source.width, source.height) * (range.high / double{kPerOne}) > kMostCvSide)
    throw Error(
        fmt::format("an image of {} x {} pixels cannot be scaled by up to {:g}: its sides may then have "
                    "at most {} pixels",
                    source.width, source.height, range.high / double{kPerOne}, kMostCvSide));
  return {.kind = kind,
          .style = static_cast<std::uint8_t>(filter),
          .at = {factor},
          .size = {range.low, range.high, source.height, source.width}};
}

namespace part {

/// The image scaled by one factor in both directions. Coordinate: the factor in thousandths; delta is a tenth
/// of its range.
PartKind scale() {
  PartKind kind{
      .name = "scale", .title = "Scale", .group = "scale", .phase = RenderPhase::source, .coordinates = 1};
  kind.words = {{"factor", kPerOne}};
  kind.keys = {"scale"};
  movesInOwnRange(kind);
  kind.source = source;
  kind.made = made;
  kind.append = append;
  drawsInBoxes<needs, drawBox>(kind);
  kind.map = [](const Change& change, const Input&) {
    return std::optional(scaleMap(change.in, factorOf(change.part)));
  };
  kind.text = text;
  kind.describe = describe;
  kind.write = write;
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada
