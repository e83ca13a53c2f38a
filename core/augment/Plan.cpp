#include "core/augment/Plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/config/Settings.h"
#include "core/ops/Op.h"

namespace uada {
namespace {

/// Far beyond any image, and small enough that no arithmetic on coordinates overflows.
constexpr int kFarthest = 1'000'000;

Json numbers(std::initializer_list<int> values) {
  Json array = Json::array();
  for (const int value : values) array.push(value);
  return array;
}

int integer(const Json& json, std::string_view key, int min, int max) {
  if (!json.isInt())
    throw Error(fmt::format("plan: {}: an integer expected, {} found", key, json.typeName()));
  if (json.asInt() < min || json.asInt() > max)
    throw Error(fmt::format("plan: {}: {} found, {} to {} expected", key, json.asInt(), min, max));
  return static_cast<int>(json.asInt());
}

const Json::Array& listOf(const Json& json, std::string_view key) {
  if (!json.isArray())
    throw Error(fmt::format("plan: {}: an array expected, {} found", key, json.typeName()));
  return json.asArray();
}

/// The pixel coordinates under one key, exactly `count` of them.
std::array<int, 4> pixels(const Json& json, std::string_view key, std::size_t count) {
  const Json::Array& items = listOf(json, key);
  if (items.size() != count)
    throw Error(fmt::format("plan: {}: {} numbers expected, {} found", key, count, items.size()));
  std::array<int, 4> values{};
  for (std::size_t i = 0; i < count; ++i) values[i] = integer(items[i], key, -kFarthest, kFarthest);
  return values;
}

const Json& member(const Json& json, std::string_view key, std::string_view where) {
  if (const Json* value = json.find(key)) return *value;
  throw Error(fmt::format("{}: the key '{}' is missing", where, key));
}

Step stepFromJson(const Json& json) {
  constexpr std::string_view where = "plan: chain";
  refuseUnknownKeys(json, {"op", "level", "sign"}, std::string(where));
  const Json& op = member(json, "op", where);
  if (!op.isString()) throw Error(fmt::format("{}: op: a string expected, {} found", where, op.typeName()));
  using Level = std::numeric_limits<std::int16_t>;
  Step step;
  step.op = static_cast<std::uint16_t>(opIndex(op.asString()));
  step.level = static_cast<std::int16_t>(
      integer(member(json, "level", where), "chain: level", Level::min(), Level::max()));
  step.sign = static_cast<std::int8_t>(integer(member(json, "sign", where), "chain: sign", -1, 1));
  if (step.sign == 0) throw Error(fmt::format("{}: sign: 0 found, -1 or 1 expected", where));
  return step;
}

std::string stepText(const Step& step) {
  const Op& op = ops().at(step.op);
  std::string name = op.name;
  std::replace(name.begin(), name.end(), '_', ' ');
  if (!op.hasValue) return name;
  const std::string level = step.level < 0 ? fmt::format("({})", step.level) : std::to_string(step.level);
  return fmt::format("{} {}{}", name, step.sign < 0 && signCounts(op, Grid::uc10) ? "-" : "", level);
}

}  // namespace

Json toJson(const Plan& plan) {
  Json json = Json::object();
  if (plan.crop) json["crop"] = numbers({plan.crop->row, plan.crop->col});
  if (plan.flip) json["flip"] = *plan.flip;
  if (plan.stepCount > 0) {
    Json& chain = json["chain"] = Json::array();
    for (const Step& step : plan.chain()) {
      Json item = Json::object();
      item["op"] = ops().at(step.op).name;
      item["level"] = int{step.level};
      item["sign"] = int{step.sign};
      chain.push(std::move(item));
    }
  }
  if (plan.cutout)
    json["cutout"] = numbers({plan.cutout->left, plan.cutout->top, plan.cutout->right, plan.cutout->bottom});
  return json;
}

Plan planFromJson(const Json& json) {
  refuseUnknownKeys(json, {"crop", "flip", "chain", "cutout"}, "plan");
  Plan plan;
  if (const Json* crop = json.find("crop")) {
    const auto at = pixels(*crop, "crop", 2);
    plan.crop = Crop{at[0], at[1]};
  }
  if (const Json* flip = json.find("flip")) {
    if (!flip->isBool())
      throw Error(fmt::format("plan: flip: true or false expected, {} found", flip->typeName()));
    plan.flip = flip->asBool();
  }
  if (const Json* chain = json.find("chain")) {
    const Json::Array& steps = listOf(*chain, "chain");
    if (steps.size() > kMaxSteps)
      throw Error(fmt::format("plan: chain: {} ops found, at most {} allowed", steps.size(), kMaxSteps));
    for (const Json& step : steps) plan.add(stepFromJson(step));
  }
  if (const Json* cutout = json.find("cutout")) {
    const auto edge = pixels(*cutout, "cutout", 4);
    plan.cutout = Box{edge[0], edge[1], edge[2], edge[3]};
  }
  return plan;
}

std::string planText(const Plan& plan) {
  std::vector<std::string> parts;
  if (plan.crop) parts.push_back(fmt::format("crop ({}, {})", plan.crop->row, plan.crop->col));
  if (plan.flip.value_or(false)) parts.push_back("flip");
  std::vector<std::string> steps;
  for (const Step& step : plan.chain()) steps.push_back(stepText(step));
  if (!steps.empty()) parts.push_back(joined(steps, " + "));
  if (const auto& box = plan.cutout)
    parts.push_back(fmt::format("cutout ({}, {}, {}, {})", box->left, box->top, box->right, box->bottom));
  return parts.empty() ? "unchanged" : joined(parts, " · ");
}

}  // namespace uada
