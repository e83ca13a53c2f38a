#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Renderer.h"
#include "core/augment/Stages.h"
#include "core/base/Catalog.h"
#include "core/base/Error.h"
#include "core/base/JsonText.h"
#include "core/settings/Settings.h"

namespace uada {
namespace {

using namespace planjson;

/// Levels that can be stored.
constexpr Range kLevels{std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()};

/// Whether how pixels between pixels are read makes a difference.
bool readsFilter(const Part& step) { return ops().at(step.op).geometric && ops()[step.op].hasValue; }

/// Keys of a step that are absent where they have their default.
void readRest(Part& step, const Json& json, const std::string& place) {
  if (const Json* fired = json.find("fired")) step.fired = boolean(*fired, place + ": fired");
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
      throw Error(fmt::format("plan: {}: partner: {} found, an integer from 0 to {} expected", place,
                              foundText(*partner), most));
    step.partner = static_cast<std::uint32_t>(partner->asInt());
  }
  if (const Json* found = json.find("found")) step.found = share(*found, place + ": found", false);
  const Json* filter = json.find("filter");
  if (filter && !readsFilter(step))
    throw Error(
        fmt::format("plan: {}: filter: the op {} reads no picture with one", place, ops()[step.op].name));
  if (filter) setStepFilter(step, filterFromName(word(*filter, place + ": filter")));
}

/// place  "chain[2]"
Part stepFromJson(const Json& json, const std::string& place) {
  const std::string where = "plan: " + place;
  refuseUnknownKeys(json, {"op", "level", "sign", "fired", "at", "partner", "found", "filter"}, where);
  const std::string op = word(member(json, "op", where), place + ": op");
  Part step = stepPart(static_cast<std::size_t>(&findEntry(ops(), op, "op", where) - ops().data()), 0);
  if (ops()[step.op].hasValue || json.find("level"))
    step.at[0] = integer(member(json, "level", where), place + ": level", kLevels.low, kLevels.high);
  if (const Json* sign = json.find("sign"))
    step.sign = static_cast<std::int8_t>(integer(*sign, place + ": sign", -1, 1));
  if (step.sign == 0) throw Error(fmt::format("{}: sign: 0 found, -1 or 1 expected", where));
  readRest(step, json, place);
  return step;
}

void write(const Part& step, Json& plan) {
  Json item = Json::object();
  item["op"] = ops().at(step.op).name;
  item["level"] = step.at[0];
  item["sign"] = int{step.sign};
  if (!step.fired) item["fired"] = false;
  const Part plain;
  if (step.x != plain.x || step.y != plain.y) item["at"] = Json::Array{double{step.x}, double{step.y}};
  if (step.partner != 0) item["partner"] = std::int64_t{step.partner};
  if (step.found) item["found"] = *step.found;
  if (const auto filter = stepFilter(step)) item["filter"] = std::string(filterName(*filter));
  if (!plan.find("chain")) plan["chain"] = Json::array();
  plan["chain"].push(std::move(item));
}

/// A step means something only on a grid that has levels for its op, and a share only on one of shares.
void refuseForeign(const Part& step, Grid grid, std::size_t i) {
  const Op& op = ops()[step.op];
  if (!hasLevels(op, grid))
    throw Error(
        fmt::format("plan: chain[{}]: the op {} has no levels on the grid {}", i, op.name, gridName(grid)));
  if (step.found && !gridInfo(grid).continuous)
    throw Error(fmt::format("plan: chain[{}]: found: the grid {} has whole levels only", i, gridName(grid)));
}

void read(const Json& json, Plan& plan) {
  const Json* chain = json.find("chain");
  if (!chain) return;
  const Json::Array& steps = listOf(*chain, "chain");
  if (steps.size() > kMaxSteps)
    throw Error(fmt::format("plan: chain: {} ops found, at most {} allowed", steps.size(), kMaxSteps));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Part step = stepFromJson(steps[i], fmt::format("chain[{}]", i));
    refuseForeign(step, plan.grid, i);
    plan.add(step);
  }
}

/// Values that an op does not read are left out, so that changes of equal effect are equal.
void append(const Part& step, const Frame& frame, ChangeList& list) {
  if (!step.fired) return;
  const Op& op = ops().at(step.op);
  const Grid grid = frame.style.grid;
  Change change;
  change.grid = grid;
  change.part.kind = step.kind;
  change.part.op = step.op;
  if (readsFilter(step)) change.part.style = step.style;
  change.value = rawValue(op, grid, placeOnGrid(step, grid), step.sign, frame.size.width);
  if (op.hasPlace) {
    change.part.x = step.x;
    change.part.y = step.y;
  }
  if (op.hasPartner) change.part.partner = step.partner;
  list.add(change);
}

void draw(const Change& change, const Renderer& renderer, ImageView in, ImageSpan out) {
  const Op& op = ops()[change.part.op];
  Sampling sampling = renderer.samplingFor(change);
  if (op.hasPartner) sampling.other = renderer.partner(change.part.partner, change.in);
  op.apply(in, out, change.value, sampling);
}

std::optional<Map> map(const Change& change, const Input&) {
  const Op& op = ops()[change.part.op];
  return op.map ? std::optional(mapOf(op.map(change.value, change.in), change.in)) : std::nullopt;
}

std::string text(const Part& step, const Style& style) {
  if (!step.fired) return {};
  const Grid grid = style.grid;
  const Op& op = ops().at(step.op);
  const std::string name = wordOf(op);
  if (!op.hasValue) return name;
  std::string level = step.at[0] < 0 ? fmt::format("({})", step.at[0]) : std::to_string(step.at[0]);
  if (step.found) level = fmt::format("{:.2f}", std::clamp(placeOnGrid(step, grid), 0.0, topLevel(grid)));
  // At level 0 both signs mean the same, but where levels are shares: there 0 is an end of the range.
  const bool counts = signCounts(op, grid) && (step.at[0] != 0 || gridInfo(grid).continuous);
  return fmt::format("{} {}{}", name, step.sign < 0 && counts ? "-" : "", level);
}

void describe(const Part& step, const Frame& frame, Stage& stage) {
  const Op& op = ops().at(step.op);
  const Grid grid = frame.style.grid;
  stage.title = op.title;
  stage.done = step.fired;
  if (op.hasValue) {
    const double top = topLevel(grid);
    stage.level = std::clamp(placeOnGrid(step, grid), 0.0, top);
    stage.value = rawValue(op, grid, *stage.level, step.sign, frame.size.width);
    const std::string raw = rawValueText(op, *stage.value);
    stage.detail = top == 1 ? fmt::format("share {:.3g}: {}", *stage.level, raw)
                            : fmt::format("level {:.3g} of {:g}: {}", *stage.level, top, raw);
  }
  if (!step.fired) stage.detail += stage.detail.empty() ? "not applied" : ", not applied";
}

}  // namespace

Part stepPart(std::size_t op, int level, int sign) {
  static const std::uint8_t kind = partIndex("step");
  return {.kind = kind,
          .op = static_cast<std::uint16_t>(op),
          .sign = static_cast<std::int8_t>(sign),
          .at = {level}};
}

std::optional<Filter> stepFilter(const Part& step) {
  return step.style == 0 ? std::nullopt : std::optional(static_cast<Filter>(step.style - 1));
}

void setStepFilter(Part& step, std::optional<Filter> filter) {
  step.style = filter ? static_cast<std::uint8_t>(static_cast<int>(*filter) + 1) : 0;
}

namespace part {

/// An op. Coordinate: its level on the plan's grid.
PartKind step() {
  PartKind kind{.name = "step",
                .title = "Chain",
                .group = "chain",
                .phase = RenderPhase::chain,
                .coordinates = 1,
                .isOp = true};
  kind.keys = {"chain"};
  kind.range = [](const Part&, const Frame& frame, int) { return Range{0, topLevelOf(frame.style.grid)}; };
  kind.stored = kLevels;
  kind.append = append;
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
