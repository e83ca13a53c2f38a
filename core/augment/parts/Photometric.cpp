#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/augment/ChangeTree.h"
#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/ops/Crop.h"
#include "core/ops/Photometry.h"
#include "core/settings/Settings.h"

namespace uada {
namespace {

/// One of the numbers, in the order of Part::at.
struct Number {
  const char* key;
  Range range;
  int neutral;  ///< changes nothing
  int perOne;   ///< of the unit that people read
  const char* unit;
};
constexpr std::array<Number, 4> kNumbers{{{"brightness", {-3200, 3200}, 0, 100, ""},
                                          {"contrast", {500, 1500}, 1000, 1000, ""},
                                          {"saturation", {500, 1500}, 1000, 1000, ""},
                                          {"hue", {-1800, 1800}, 0, 100, " degrees"}}};
constexpr std::array<std::array<int, 3>, 6> kChannels{
    {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};
constexpr int kLast = 8, kEightBit = 16;  // bits of the style, above the number of the permutation
constexpr Range kEightBitHues{-3600, 3600};
constexpr double kHueStep = 200;  // of HSV's H in 8 bits, hundredths of a degree

const Number& numberAt(int k) { return kNumbers[static_cast<std::size_t>(k)]; }
int& valueAt(Part& part, int k) { return part.at[static_cast<std::size_t>(k)]; }
int valueAt(const Part& part, int k) { return part.at[static_cast<std::size_t>(k)]; }
/// Whether the k-th number is applied: drawn once, never moved.
bool isOn(const Part& part, int k) { return (part.size[0] >> k & 1) != 0; }
int permutationOf(const Part& part) { return part.style % kLast; }
bool isContrastLast(const Part& part) { return (part.style & kLast) != 0; }
bool isEightBit(const Part& part) { return (part.style & kEightBit) != 0; }
Range rangeOf(const Part& part, int k) {
  return k == 3 && isEightBit(part) ? kEightBitHues : numberAt(k).range;
}
double readable(const Part& part, int k) { return valueAt(part, k) / double(numberAt(k).perOne); }

Range range(const Part& part, const Frame&, int k) {
  return isOn(part, k) ? rangeOf(part, k) : Range{numberAt(k).neutral, numberAt(k).neutral};
}

LightChange changeOf(const Part& part) {
  const auto number = [&](int k) { return static_cast<float>(readable(part, k)); };
  return {.brightness = number(0),
          .contrast = number(1),
          .saturation = number(2),
          .hue = number(3),
          .contrastLast = isContrastLast(part),
          .channels = kChannels[static_cast<std::size_t>(permutationOf(part))]};
}

EightBitLight eightBitOf(const Part& part) {
  return {.brightness = readable(part, 0),
          .contrast = readable(part, 1),
          .saturation = readable(part, 2),
          .hue = static_cast<int>(std::lround(valueAt(part, 3) / kHueStep))};
}

/// OpenCV goes through a row in steps of so many pixels at most and does the rest of it in another way, which
/// may differ in the last bit: a box begins with a step, and ends with one or with the row.
constexpr int kStep = 64;

PixelBox needs(const Change& change, const PixelBox& out) {
  if (out.empty()) return {};
  const auto up = [&](int x) { return std::min(change.in.width, (x + kStep - 1) / kStep * kStep); };
  const bool hasRest = out.right > change.in.width / kStep * kStep;
  return {out.left / kStep * kStep, out.top, hasRest ? change.in.width : up(out.right), out.bottom};
}

void light(const Part& part, ImageView in, ImageSpan out) {
  if (isEightBit(part)) return changeLight(in, out, eightBitOf(part));
  changeLight(in, out, changeOf(part));
}

void drawBox(const Change& change, const Renderer&, const Excerpt& e) {
  const PixelBox read = needs(change, e.outBox);
  if (read == e.inBox && read == e.outBox) return light(change.part, e.in, e.out);
  thread_local Image before, behind;
  for (Image* picture : {&before, &behind}) shape(*picture, {read.width(), read.height()});
  cutWindow(e.in, before.span(), read.top - e.inBox.top, read.left - e.inBox.left, {});
  light(change.part, before.view(), behind.span());
  cutWindow(behind.view(), e.out, e.outBox.top - read.top, e.outBox.left - read.left, {});
}

void append(const Part& part, const Frame&, ChangeList& list) {
  bool isNeutral = permutationOf(part) == 0 && !isEightBit(part);
  for (int k = 0; k < 4; ++k) isNeutral = isNeutral && valueAt(part, k) == numberAt(k).neutral;
  if (!isNeutral) list.add({.part = part});
}

/// "brightness 12.5, hue -3 degrees", in the order in which they are done.
std::string text(const Part& part, const Style&) {
  std::vector<std::string> texts;
  const auto add = [&](int k) {
    if (isOn(part, k))
      texts.push_back(fmt::format("{} {:g}{}", numberAt(k).key, readable(part, k), numberAt(k).unit));
  };
  add(0);
  if (!isContrastLast(part)) add(1);
  add(2);
  add(3);
  if (isContrastLast(part)) add(1);
  if (permutationOf(part) != 0) {
    const auto& order = kChannels[static_cast<std::size_t>(permutationOf(part))];
    texts.push_back(fmt::format("channels {} {} {}", order[0], order[1], order[2]));
  }
  if (isEightBit(part)) texts.push_back("in 8 bits");
  return joined(texts, ", ");
}

void describe(const Part& part, const Frame& frame, Stage& stage) {
  stage.detail = text(part, frame.style);
  stage.done = !stage.detail.empty();
  if (!stage.done) stage.detail = "not applied";
}

void write(const Part& part, Json& plan) {
  Json light = Json::object();
  bool hasIdle = false;  // a number that a probe has moved, and that is not applied
  for (int k = 0; k < 4; ++k) {
    if (!isOn(part, k) && valueAt(part, k) == numberAt(k).neutral) continue;
    light[numberAt(k).key] = valueAt(part, k);
    hasIdle = hasIdle || !isOn(part, k);
  }
  if (hasIdle) {
    Json applied = Json::array();
    for (int k = 0; k < 4; ++k)
      if (isOn(part, k)) applied.push(std::string(numberAt(k).key));
    light["applied"] = std::move(applied);
  }
  if (isContrastLast(part)) light["contrast_last"] = true;
  if (isEightBit(part)) light["eight_bit"] = true;
  if (permutationOf(part) != 0) {
    const auto& order = kChannels[static_cast<std::size_t>(permutationOf(part))];
    light["channels"] = planjson::numbers({order[0], order[1], order[2]});
  }
  plan["photometric"] = std::move(light);
}

int permutationFrom(const Json& json) {
  const auto order = planjson::pixels(json, "photometric: channels", 3, 0);
  const auto known = std::ranges::find(kChannels, std::array<int, 3>{order[0], order[1], order[2]});
  if (known == kChannels.end())
    throw Error(fmt::format("plan: photometric: channels: 0, 1 and 2 in any order expected, {} {} {} found",
                            order[0], order[1], order[2]));
  return static_cast<int>(known - kChannels.begin());
}

/// Whether a number that is there is applied: all are, unless a list names those.
bool isApplied(const Json& light, int k) {
  const Json* applied = light.find("applied");
  if (!applied) return true;
  for (const Json& name : planjson::listOf(*applied, "photometric: applied"))
    if (planjson::word(name, "photometric: applied") == numberAt(k).key) return true;
  return false;
}

/// Throws Error for a name in `applied` that is none of the numbers there.
void requireNumbers(const Json& light) {
  const Json* applied = light.find("applied");
  if (!applied) return;
  for (const Json& name : planjson::listOf(*applied, "photometric: applied")) {
    const std::string word = planjson::word(name, "photometric: applied");
    if (std::ranges::find_if(kNumbers, [&](const Number& known) { return word == known.key; }) ==
            kNumbers.end() ||
        !light.find(word))
      throw Error(
          fmt::format("plan: photometric: applied: a number that is there expected, '{}' found", word));
  }
}

void read(const Json& json, Plan& plan) {
  const Json* light = json.find("photometric");
  if (!light) return;
  refuseUnknownKeys(
      *light,
      {"brightness", "contrast", "saturation", "hue", "applied", "contrast_last", "channels", "eight_bit"},
      "plan: photometric");
  requireNumbers(*light);
  Photometric change;
  std::optional<int>* const places[] = {&change.brightness, &change.contrast, &change.saturation,
                                        &change.hue};
  std::array<std::optional<int>, 4> idle;
  for (int k = 0; k < 4; ++k)
    if (const Json* given = light->find(numberAt(k).key))
      (isApplied(*light, k) ? *places[k] : idle[static_cast<std::size_t>(k)]) =
          planjson::integer(*given, fmt::format("photometric: {}", numberAt(k).key), -kFarthest, kFarthest);
  if (const Json* last = light->find("contrast_last"))
    change.contrastLast = planjson::boolean(*last, "photometric: contrast_last");
  if (const Json* order = light->find("channels")) change.permutation = permutationFrom(*order);
  if (const Json* eight = light->find("eight_bit"))
    change.eightBit = planjson::boolean(*eight, "photometric: eight_bit");
  if (change.eightBit && (change.contrastLast || change.permutation != 0))
    throw Error("plan: photometric: eight_bit has neither contrast_last nor channels; leave one of them out");
  Part part = photometricPart(change);
  for (int k = 0; k < 4; ++k)
    if (const std::optional<int>& number = idle[static_cast<std::size_t>(k)]) valueAt(part, k) = *number;
  plan.add(part);
}

}  // namespace

Part photometricPart(const Photometric& change) {
  static const std::uint8_t kind = partIndex("photometric");
  Part part{.kind = kind,
            .style = static_cast<std::uint8_t>(change.permutation + (change.contrastLast ? kLast : 0) +
                                               (change.eightBit ? kEightBit : 0))};
  const std::optional<int> numbers[] = {change.brightness, change.contrast, change.saturation, change.hue};
  for (int k = 0; k < 4; ++k) {
    valueAt(part, k) = numbers[k].value_or(numberAt(k).neutral);
    if (numbers[k]) part.size[0] |= 1 << k;
  }
  part.fired = part.size[0] != 0;
  return part;
}

namespace part {

/// Light and colour. Coordinates: brightness in hundredths of a level, contrast and saturation in
/// thousandths, hue in hundredths of a degree; delta of each is a tenth of its range. One that is not applied
/// does not move.
PartKind photometric() {
  PartKind kind{.name = "photometric",
                .title = "Light and colour",
                .group = "photometric",
                .phase = RenderPhase::frame,
                .coordinates = 4};
  kind.keys = {"photometric"};
  kind.range = range;
  kind.unit = [](const Part& part, const Input&, int k) { return rangeOf(part, k).tenth(); };
  kind.append = append;
  drawsInBoxes<needs, drawBox>(kind);
  for (const Number& number : kNumbers)
    kind.words.push_back({number.key, number.perOne, &number == &numberAt(3) ? "°" : ""});
  kind.counts = isOn;
  kind.text = text;
  kind.describe = describe;
  kind.write = write;
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada
