#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Renderer.h"
#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/base/JsonText.h"
#include "core/ops/Degrade.h"
#include "core/settings/Settings.h"

/// What spoils a picture and moves no pixel, so that a picture that is learned from stays clean.
namespace uada {
namespace {

/// A kind of part with one coordinate, its strength.
struct Degradation {
  const char* name;  ///< of the kind, its group, and its key in a plan
  const char* title;
  const char* moved;   ///< what the strength is
  const char* number;  ///< key of the strength
  const char* unit;    ///< as shown behind it
  int perOne;          ///< of the strength, as people read it
  Range usual, widest;
  int neutral;  ///< changes nothing
  bool hasKey;  ///< draws a pattern of its own
  void (*apply)(ImageView in, ImageSpan out, int strength, std::uint32_t key);
};

constexpr Degradation kBlur{.name = "gaussian_blur",
                            .title = "Gaussian blur",
                            .moved = "deviation",
                            .number = "hundredths",
                            .unit = " pixels",
                            .perOne = kBlurPerOne,
                            .usual = {0, kBlurPerOne},
                            .widest = {0, kMostBlur},
                            .neutral = 0,
                            .hasKey = false,
                            .apply = [](ImageView in, ImageSpan out, int strength, std::uint32_t) {
                              blurGaussian(in, out, strength);
                            }};
constexpr Degradation kNoise{.name = "noise",
                             .title = "Noise",
                             .moved = "deviation",
                             .number = "tenths",
                             .unit = " of 255",
                             .perOne = kNoisePerOne,
                             .usual = {0, 50 * kNoisePerOne},
                             .widest = {0, kMostNoise},
                             .neutral = 0,
                             .hasKey = true,
                             .apply = addNoise};
constexpr Degradation kQuantise{
    .name = "quantise",
    .title = "Quantise",
    .moved = "step",
    .number = "step",
    .unit = " of 255",
    .perOne = 1,
    .usual = {1, 16},
    .widest = {1, kMostStep},
    .neutral = 1,
    .hasKey = false,
    .apply = [](ImageView in, ImageSpan out, int strength, std::uint32_t) { quantise(in, out, strength); }};

int usedStrength(const Part& part) { return std::clamp(part.at[0], ownRange(part).low, ownRange(part).high); }
std::string strengthText(const Degradation& d, int strength) {
  return fmt::format("{:g}", strength / double(d.perOne));
}

Part makePart(const Degradation& d, std::uint8_t kind, int strength, Range range, std::uint32_t key) {
  if (range.low < d.widest.low || range.high > d.widest.high || range.low > range.high)
    throw Error(fmt::format("{}: a range of {} to {} found, within {} to {} expected", d.name, range.low,
                            range.high, d.widest.low, d.widest.high));
  return {.kind = kind, .at = {strength}, .size = {range.low, range.high}, .partner = key};
}

void write(const Degradation& d, const Part& part, Json& plan) {
  Json json = Json::object();
  json[d.number] = part.at[0];
  if (const Range range = ownRange(part); range.low != d.usual.low || range.high != d.usual.high)
    json["range"] = planjson::numbers({range.low, range.high});
  if (d.hasKey) json["key"] = std::int64_t{part.partner};
  plan[d.name] = std::move(json);
}

std::uint32_t keyFrom(const Json& json, const std::string& where) {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  const Json& key = planjson::member(json, "key", "plan: " + where);
  if (!key.isInt() || key.asInt() < 0 || key.asInt() > kMost)
    throw Error(fmt::format("plan: {}: key: a whole number of 0 to {} expected, {} found", where, kMost,
                            foundText(key)));
  return static_cast<std::uint32_t>(key.asInt());
}

void read(const Degradation& d, std::uint8_t kind, const Json& json, Plan& plan) {
  const Json* given = json.find(d.name);
  if (!given) return;
  const std::string name = d.name, where = "plan: " + name;
  std::vector<std::string> keys{d.number, "range"};
  if (d.hasKey) keys.emplace_back("key");
  refuseUnknownKeys(*given, keys, where);
  const int strength = planjson::integer(planjson::member(*given, d.number, where), name + ": " + d.number,
                                         -kFarthest, kFarthest);
  const Range range = planjson::range(*given, name, d.usual, d.widest.low, d.widest.high);
  plan.add(makePart(d, kind, strength, range, d.hasKey ? keyFrom(*given, name) : 0));
}

template <const Degradation& d>
std::uint8_t kindIndex() {
  static const std::uint8_t kind = partIndex(d.name);
  return kind;
}

/// Coordinate: the strength; delta is a tenth of its range.
template <const Degradation& d>
PartKind kindFor() {
  PartKind kind{
      .name = d.name, .title = d.title, .group = d.name, .phase = RenderPhase::frame, .coordinates = 1};
  kind.words = {{d.moved, d.perOne, d.unit}};
  kind.keys = {d.name};
  movesInOwnRange(kind);
  kind.append = [](const Part& part, const Frame&, ChangeList& list) {
    if (part.at[0] != d.neutral) list.add({.part = part});
  };
  kind.draw = [](const Change& change, const Renderer&, ImageView in, ImageSpan out) {
    d.apply(in, out, change.part.at[0], change.part.partner);
  };
  kind.text = [](const Part& part, const Style&) {
    if (usedStrength(part) == d.neutral) return std::string();
    std::string name = d.name;
    std::ranges::replace(name, '_', ' ');
    return fmt::format("{} {}", name, strengthText(d, part.at[0]));
  };
  kind.describe = [](const Part& part, const Frame&, Stage& stage) {
    stage.done = part.at[0] != d.neutral;
    stage.detail = stage.done ? strengthText(d, part.at[0]) + d.unit : "not applied";
  };
  kind.write = [](const Part& part, Json& plan) { uada::write(d, part, plan); };
  kind.read = [](const Json& json, Plan& plan) { uada::read(d, kindIndex<d>(), json, plan); };
  return kind;
}

}  // namespace

Part gaussianBlurPart(int hundredths, Range range) {
  return makePart(kBlur, kindIndex<kBlur>(), hundredths, range, 0);
}
Part noisePart(int tenths, Range range, std::uint32_t key) {
  return makePart(kNoise, kindIndex<kNoise>(), tenths, range, key);
}
Part quantisePart(int step, Range range) {
  return makePart(kQuantise, kindIndex<kQuantise>(), step, range, 0);
}

namespace part {

PartKind gaussianBlur() { return kindFor<kBlur>(); }
PartKind noise() { return kindFor<kNoise>(); }
PartKind quantise() { return kindFor<kQuantise>(); }

}  // namespace part
}  // namespace uada
