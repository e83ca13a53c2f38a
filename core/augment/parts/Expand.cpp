#include <fmt/core.h>

#include <algorithm>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Stages.h"
#include "core/augment/parts/Shifted.h"
#include "core/settings/Settings.h"

namespace uada {
namespace {

constexpr int kPerOne = 1000;  // thousandths of the ratio
constexpr Range kRatios{1000, 4000};
constexpr Range kAspects{250, 4000};
constexpr int kNumbers = 3;  // ratio, left, top

/// Thousandths.
int aspectOf(const Part& part) { return part.size[2] == 0 ? kPerOne : part.size[2]; }

/// So that the canvas is no smaller than the image.
Range ratiosOf(const Part& part) {
  const int aspect = aspectOf(part);
  return {std::clamp(std::max(aspect, (kPerOne * kPerOne + aspect - 1) / aspect), kRatios.low, kRatios.high),
          kRatios.high};
}

ImageSize canvas(const Part& part, ImageSize image) {
  if (!part.fired) return image;
  const Range ratios = ratiosOf(part);
  const std::int64_t ratio = std::clamp(part.at[0], ratios.low, ratios.high), aspect = aspectOf(part);
  return {static_cast<int>(image.width * ratio * aspect / (kPerOne * kPerOne)),
          static_cast<int>(image.height * ratio / aspect)};
}

Range range(const Part& part, const Frame& frame, int k) {
  if (!part.fired) return k == 0 ? Range{kPerOne, kPerOne} : Range{};
  if (k == 0) return ratiosOf(part);
  const ImageSize whole = canvas(part, frame.size);
  return {0, k == 1 ? whole.width - frame.size.width : whole.height - frame.size.height};
}

/// A tenth of the ratio's range; of the place one of 32 pixels of the image.
int unit(const Part& part, const Input&, int k) {
  if (k == 0) return kRatios.tenth();
  return std::max(1, (part.size[k == 1 ? 1 : 0] + 16) / 32);
}

void append(const Part& part, const Frame& frame, ChangeList& list) {
  const ImageSize whole = canvas(part, frame.size);
  const bool isNeutral = part.at[0] == kPerOne && aspectOf(part) == kPerOne;
  if (part.fired && !isNeutral) list.add({.part = part}, whole);
}

Corner cornerOf(const Change& change) { return {-change.part.at[1], -change.part.at[2]}; }

/// "2.5", "2.5 (aspect 1.2)"
std::string ratioText(const Part& part) {
  std::string text = fmt::format("{:g}", part.at[0] / double{kPerOne});
  if (aspectOf(part) != kPerOne) text += fmt::format(" (aspect {:g})", aspectOf(part) / double{kPerOne});
  return text;
}

std::string text(const Part& part, const Style&) {
  return part.fired ? fmt::format("expand {} at ({}, {})", ratioText(part), part.at[2], part.at[1]) : "";
}

void describe(const Part& part, const Frame& frame, Stage& stage) {
  const ImageSize whole = canvas(part, frame.size);
  stage.done = part.fired;
  stage.detail = part.fired ? fmt::format("{} times: {} x {} pixels, the image at row {}, column {}",
                                          ratioText(part), whole.width, whole.height, part.at[2], part.at[1])
                            : "not applied";
}

void write(const Part& part, Json& plan) {
  Json expand = Json::object();
  expand["thousandths"] = part.at[0];
  expand["at"] = planjson::numbers({part.at[2], part.at[1]});
  expand["image"] = planjson::numbers({part.size[0], part.size[1]});
  if (aspectOf(part) != kPerOne) expand["aspect"] = aspectOf(part);
  if (!part.fired) expand["fired"] = false;
  plan["expand"] = std::move(expand);
}

void read(const Json& json, Plan& plan) {
  const Json* expand = json.find("expand");
  if (!expand) return;
  const std::string where = "plan: expand";
  refuseUnknownKeys(*expand, {"thousandths", "at", "image", "aspect", "fired"}, where);
  const int ratio = planjson::integer(planjson::member(*expand, "thousandths", where), "expand: thousandths",
                                      -kFarthest, kFarthest);
  const auto at = planjson::pixels(planjson::member(*expand, "at", where), "expand: at", 2);
  const auto image = planjson::pixels(planjson::member(*expand, "image", where), "expand: image", 2, 1);
  const Json* aspect = expand->find("aspect");
  plan.add(expandPart(
      ratio, at[1], at[0], planjson::fired(*expand, "expand"), {image[1], image[0]},
      aspect ? planjson::integer(*aspect, "expand: aspect", kAspects.low, kAspects.high) : kPerOne));
}

}  // namespace

Part expandPart(int ratio, int left, int top, bool fired, ImageSize image, int aspect) {
  static const std::uint8_t kind = partIndex("expand");
  return {.kind = kind,
          .fired = fired,
          .at = {ratio, left, top},
          .size = {image.height, image.width, aspect == kPerOne ? 0 : aspect}};
}

namespace part {

/// The image on a larger canvas, which shows the data set's mean in 8 bits. Coordinates: the ratio in
/// thousandths, then left and top of the image, pixels.
PartKind expand() {
  PartKind kind{.name = "expand",
                .title = "Expand",
                .group = "expand",
                .phase = RenderPhase::frame,
                .coordinates = kNumbers};
  kind.keys = {"expand"};
  kind.range = range;
  kind.unit = unit;
  kind.made = [](const Part& part, const Frame& frame) { return canvas(part, frame.size); };
  kind.append = append;
  showsFrom<cornerOf>(kind);
  kind.words = {{"ratio", kPerOne},
                {"image's left", 1, " px", Coordinate::Way::right},
                {"image's top", 1, " px", Coordinate::Way::down}};
  kind.text = text;
  kind.describe = describe;
  kind.write = write;
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada
