#include "core/augment/Plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <vector>

#include "core/base/Catalog.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/settings/Settings.h"
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
std::array<int, 4> pixels(const Json& json, std::string_view key, std::size_t count, int min = -kFarthest) {
  const Json::Array& items = listOf(json, key);
  if (items.size() != count)
    throw Error(fmt::format("plan: {}: {} numbers expected, {} found", key, count, items.size()));
  std::array<int, 4> values{};
  for (std::size_t i = 0; i < count; ++i) values[i] = integer(items[i], key, min, kFarthest);
  return values;
}

const Json& member(const Json& json, std::string_view key, std::string_view where) {
  if (const Json* value = json.find(key)) return *value;
  throw Error(fmt::format("{}: the key '{}' is missing", where, key));
}

/// A name, fit to be quoted: none that is known is longer or has other characters.
std::string word(const Json& json, std::string_view key) {
  if (!json.isString())
    throw Error(fmt::format("plan: {}: a string expected, {} found", key, json.typeName()));
  return quotable(json.asString());
}

/// A share in [0, 1]; `open`: without 1 itself, nor what becomes 1 in single precision.
double share(const Json& json, std::string_view key, bool open) {
  if (!json.isNumber())
    throw Error(fmt::format("plan: {}: a number expected, {} found", key, json.typeName()));
  const double value = json.asDouble();
  if (!(value >= 0 && value <= 1) || (open && static_cast<float>(value) == 1))
    throw Error(fmt::format("plan: {}: {} found, 0 to {} expected", key, value, open ? "below 1" : "1"));
  return value;
}

/// Keys of a step that are absent where they have their default.
void readRest(Step& step, const Json& json, const std::string& place) {
  if (const Json* fired = json.find("fired")) {
    if (!fired->isBool())
      throw Error(fmt::format("plan: {}: fired: true or false expected, {} found", place, fired->typeName()));
    step.fired = fired->asBool();
  }
  if (const Json* at = json.find("at")) {
    const std::string key = place + ": at";
    const Json::Array& items = listOf(*at, key);
    if (items.size() != 2)
      throw Error(fmt::format("plan: {}: 2 numbers expected, {} found", key, items.size()));
    step.x = static_cast<float>(share(items[0], key, true));
    step.y = static_cast<float>(share(items[1], key, true));
  }
  if (const Json* partner = json.find("partner")) {
    constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    if (!partner->isInt() || partner->asInt() < 0 || partner->asInt() > most)
      throw Error(fmt::format("plan: {}: partner: an integer from 0 to {} expected", place, most));
    step.partner = static_cast<std::uint32_t>(partner->asInt());
  }
  if (const Json* found = json.find("found")) step.found = share(*found, place + ": found", false);
}

/// place  "chain[2]"
Step stepFromJson(const Json& json, const std::string& place) {
  const std::string where = "plan: " + place;
  refuseUnknownKeys(json, {"op", "level", "sign", "fired", "at", "partner", "found"}, where);
  const std::string op = word(member(json, "op", where), place + ": op");
  using Level = std::numeric_limits<std::int16_t>;
  Step step;
  step.op = static_cast<std::uint16_t>(&findEntry(ops(), op, "op", where) - ops().data());
  if (ops()[step.op].hasValue || json.find("level"))
    step.level = static_cast<std::int16_t>(
        integer(member(json, "level", where), place + ": level", Level::min(), Level::max()));
  if (const Json* sign = json.find("sign"))
    step.sign = static_cast<std::int8_t>(integer(*sign, place + ": sign", -1, 1));
  if (step.sign == 0) throw Error(fmt::format("{}: sign: 0 found, -1 or 1 expected", where));
  readRest(step, json, place);
  return step;
}

Json stepToJson(const Step& step) {
  Json item = Json::object();
  item["op"] = ops().at(step.op).name;
  item["level"] = int{step.level};
  item["sign"] = int{step.sign};
  if (!step.fired) item["fired"] = false;
  const Step plain;
  if (step.x != plain.x || step.y != plain.y) item["at"] = Json::Array{double{step.x}, double{step.y}};
  if (step.partner != 0) item["partner"] = std::int64_t{step.partner};
  if (step.found) item["found"] = *step.found;
  return item;
}

/// One of two words under a key; absent: the first.
bool isSecond(const Json& json, std::string_view key, std::string_view first, std::string_view second) {
  const Json* given = json.find(key);
  if (!given) return false;
  const std::string text = word(*given, key);
  if (text != first && text != second)
    throw Error(fmt::format("plan: {}: \"{}\" or \"{}\" expected, \"{}\" found", key, first, second, text));
  return text == second;
}

void readStyle(Plan& plan, const Json& json) {
  if (const Json* grid = json.find("grid"))
    plan.grid = findEntry(grids(), word(*grid, "grid"), "grid", "plan: grid").grid;
  if (isSecond(json, "order", "crop-first", "chain-first")) plan.order = RenderOrder::chainFirst;
  if (isSecond(json, "cutout_fill", "black", "mean")) plan.boxFill = BoxFill::mean;
  if (isSecond(json, "outside", "colour", "mean")) plan.outside = Outside::mean;
}

ResizedCrop resizedCropFromJson(const Json& crop, const Json& plan) {
  const auto part = pixels(crop, "resized_crop", 4);
  const auto source = pixels(member(plan, "source", "plan: resized_crop"), "source", 2, 1);
  ResizedCrop out{part[0], part[1], part[2], part[3], {source[1], source[0]}};
  if (out.height < 1 || out.height > out.source.height || out.width < 1 || out.width > out.source.width)
    throw Error(fmt::format("plan: resized_crop: a part of {} x {} pixels is not in a source of {} x {}",
                            out.width, out.height, out.source.width, out.source.height));
  if (const Json* filter = plan.find("resize_filter"))
    out.filter = filterFromName(word(*filter, "resize_filter"));
  return out;
}

void readCrop(Plan& plan, const Json& json) {
  if (const Json* crop = json.find("crop")) {
    const auto at = pixels(*crop, "crop", 2);
    plan.crop = Crop{at[0], at[1], isSecond(json, "crop_padding", "zero", "reflect")};
  } else if (json.find("crop_padding")) {
    throw Error("plan: crop_padding: of a crop only, and the plan has none");
  }
  if (const Json* crop = json.find("resized_crop")) {
    if (plan.crop) throw Error("plan: a crop or a resized_crop expected, both found");
    if (plan.order == RenderOrder::chainFirst)
      throw Error(
          "plan: order: crop-first expected, chain-first found: a resized_crop comes before the chain");
    plan.resizedCrop = resizedCropFromJson(*crop, json);
    return;
  }
  for (const char* key : {"source", "resize_filter"})
    if (json.find(key))
      throw Error(fmt::format("plan: {}: of a resized_crop only, and the plan has none", key));
}

/// A step means something only on a grid that has levels for its op, and a share only on one of shares.
void refuseForeign(const Plan& plan) {
  for (std::size_t i = 0; i < plan.chain().size(); ++i) {
    const Step& step = plan.chain()[i];
    const Op& op = ops()[step.op];
    if (!hasLevels(op, plan.grid))
      throw Error(fmt::format("plan: chain[{}]: the op {} has no levels on the grid {}", i, op.name,
                              gridName(plan.grid)));
    if (step.found && !gridInfo(plan.grid).continuous)
      throw Error(
          fmt::format("plan: chain[{}]: found: the grid {} has whole levels only", i, gridName(plan.grid)));
  }
}

std::string stepText(const Step& step, Grid grid) {
  const Op& op = ops().at(step.op);
  std::string name = op.name;
  std::replace(name.begin(), name.end(), '_', ' ');
  if (!op.hasValue) return name;
  std::string level = step.level < 0 ? fmt::format("({})", step.level) : std::to_string(step.level);
  if (step.found) level = fmt::format("{:.2f}", std::clamp(placeOnGrid(step, grid), 0.0, topLevel(grid)));
  // At level 0 both signs mean the same, but where levels are shares: there 0 is an end of the range.
  const bool counts = signCounts(op, grid) && (step.level != 0 || gridInfo(grid).continuous);
  return fmt::format("{} {}{}", name, step.sign < 0 && counts ? "-" : "", level);
}

/// Whether an object ends and another begins on a later line: never in one object, where a text has no line
/// ends.
bool hasSeveral(std::string_view text) {
  for (std::size_t end = text.find('}'); end != text.npos; end = text.find('}', end + 1)) {
    const std::size_t next = std::min(text.find_first_not_of(" \t\r\n", end + 1), text.size());
    if (next < text.size() && text[next] == '{' && text.substr(end, next - end).find('\n') != text.npos)
      return true;
  }
  return false;
}

}  // namespace

int levelOfShare(double share) {
  return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * (kShareLevels - 1)));
}

int topLevelOf(Grid grid) {
  return gridInfo(grid).continuous ? kShareLevels - 1 : static_cast<int>(topLevel(grid));
}

double placeOnGrid(const Step& step, Grid grid) {
  if (!gridInfo(grid).continuous) return step.level;
  const double unit = topLevel(grid) / (kShareLevels - 1);
  if (!step.found) return unit * step.level;
  return *step.found * topLevel(grid) + unit * (step.level - levelOfShare(*step.found));
}

Json toJson(const Plan& plan) {
  Json json = Json::object();
  if (plan.crop) json["crop"] = numbers({plan.crop->row, plan.crop->col});
  if (plan.crop && plan.crop->reflect) json["crop_padding"] = "reflect";
  if (const auto& part = plan.resizedCrop) {
    json["resized_crop"] = numbers({part->row, part->col, part->height, part->width});
    json["source"] = numbers({part->source.height, part->source.width});
    if (part->filter != Filter::bilinear) json["resize_filter"] = std::string(filterName(part->filter));
  }
  if (plan.flip) json["flip"] = *plan.flip;
  if (plan.stepCount > 0) {
    Json& chain = json["chain"] = Json::array();
    for (const Step& step : plan.chain()) chain.push(stepToJson(step));
  }
  if (plan.cutout)
    json["cutout"] = numbers({plan.cutout->left, plan.cutout->top, plan.cutout->right, plan.cutout->bottom});
  if (plan.grid != Grid::uc10) json["grid"] = std::string(gridName(plan.grid));
  if (plan.order == RenderOrder::chainFirst) json["order"] = "chain-first";
  if (plan.boxFill == BoxFill::mean) json["cutout_fill"] = "mean";
  if (plan.outside == Outside::mean) json["outside"] = "mean";
  return json;
}

Plan planFromJson(const Json& json) {
  refuseUnknownKeys(json,
                    {"crop", "crop_padding", "resized_crop", "source", "resize_filter", "flip", "chain",
                     "cutout", "grid", "order", "cutout_fill", "outside"},
                    "plan");
  Plan plan;
  readStyle(plan, json);
  readCrop(plan, json);
  if (const Json* flip = json.find("flip")) {
    if (!flip->isBool())
      throw Error(fmt::format("plan: flip: true or false expected, {} found", flip->typeName()));
    plan.flip = flip->asBool();
  }
  if (const Json* chain = json.find("chain")) {
    const Json::Array& steps = listOf(*chain, "chain");
    if (steps.size() > kMaxSteps)
      throw Error(fmt::format("plan: chain: {} ops found, at most {} allowed", steps.size(), kMaxSteps));
    for (std::size_t i = 0; i < steps.size(); ++i)
      plan.add(stepFromJson(steps[i], fmt::format("chain[{}]", i)));
  }
  if (const Json* cutout = json.find("cutout")) {
    const auto edge = pixels(*cutout, "cutout", 4);
    plan.cutout = Box{edge[0], edge[1], edge[2], edge[3]};
  }
  refuseForeign(plan);
  return plan;
}

GivenPlan planFromText(std::string_view text, const std::string& place) {
  if (hasSeveral(text))
    throw Error(
        fmt::format("{}: several lines found, one expected: give the one to be replayed alone", place));
  const Json json = parseJson(text, place);
  const Json* member = json.isObject() ? json.find("plan") : nullptr;
  return {planFromJson(member ? *member : json), member != nullptr};
}

std::string planText(const Plan& plan) {
  std::vector<std::string> parts;
  if (const auto& crop = plan.crop)
    parts.push_back(fmt::format("{}crop ({}, {})", crop->reflect ? "reflected " : "", crop->row, crop->col));
  if (const auto& part = plan.resizedCrop)
    parts.push_back(
        fmt::format("resized crop ({}, {}, {}, {})", part->row, part->col, part->height, part->width));
  if (plan.flip.value_or(false)) parts.push_back("flip");
  std::vector<std::string> steps;
  for (const Step& step : plan.chain())
    if (step.fired) steps.push_back(stepText(step, plan.grid));
  if (!steps.empty()) parts.push_back(joined(steps, " + "));
  if (const auto& box = plan.cutout)
    parts.push_back(fmt::format("cutout ({}, {}, {}, {})", box->left, box->top, box->right, box->bottom));
  return parts.empty() ? "unchanged" : joined(parts, " · ");
}

}  // namespace uada
