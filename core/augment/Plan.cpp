#include "core/augment/Plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "core/augment/PartKind.h"
#include "core/augment/PlanJson.h"
#include "core/base/Catalog.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/settings/Settings.h"

namespace uada {
namespace {

using namespace planjson;

constexpr std::array kCropFirst{RenderPhase::source, RenderPhase::frame, RenderPhase::chain,
                                RenderPhase::cover};
constexpr std::array kChainFirst{RenderPhase::source, RenderPhase::chain, RenderPhase::frame,
                                 RenderPhase::cover};

/// Parts are rendered in the order of this number.
int placeOf(const Part& part, RenderOrder order) {
  const auto& phases = order == RenderOrder::chainFirst ? kChainFirst : kCropFirst;
  const auto phase = std::ranges::find(phases, kindOf(part).phase) - phases.begin();
  return static_cast<int>(phase) * 256 + part.kind;
}

void readStyle(Plan& plan, const Json& json) {
  if (const Json* grid = json.find("grid"))
    plan.grid = findEntry(grids(), word(*grid, "grid"), "grid", "plan: grid").grid;
  if (isSecond(json, "order", "crop-first", "chain-first")) plan.setOrder(RenderOrder::chainFirst);
  if (isSecond(json, "cutout_fill", "black", "mean")) plan.boxFill = BoxFill::mean;
  if (isSecond(json, "outside", "colour", "mean")) plan.outside = Outside::mean;
}

const std::vector<std::string>& knownKeys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> all{"grid", "order", "cutout_fill", "outside"};
    for (const PartKind& kind : partKinds()) all.insert(all.end(), kind.keys.begin(), kind.keys.end());
    return all;
  }();
  return keys;
}

template <class Parts>
auto chainIn(Parts parts) {
  const auto isOp = [](const Part& part) { return kindOf(part).isOp; };
  const auto begin = std::ranges::find_if(parts, isOp);
  return Parts(begin, std::find_if_not(begin, parts.end(), isOp));
}

/// Of two parts of which a plan has one at most: those that UADA moves as one group, and those that make the
/// first picture.
bool excludeEachOther(const PartKind& a, const PartKind& b) {
  if (a.isOp || b.isOp) return false;
  return a.group == b.group || (a.phase == RenderPhase::source && b.phase == RenderPhase::source);
}

void requireOneOfEach(std::span<const Part> parts) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (const Part& other : parts.subspan(i + 1))
      if (excludeEachOther(kindOf(parts[i]), kindOf(other)))
        throw Error(fmt::format("plan: a {} or a {} expected, both found", kindOf(parts[i]).name,
                                kindOf(other).name));
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

std::span<const Part> Plan::chain() const { return chainIn(parts()); }
std::span<Part> Plan::chain() { return chainIn(parts()); }

const Part* Plan::find(std::string_view kind) const {
  const auto at = std::ranges::find(parts(), partIndex(kind), &Part::kind);
  return at == parts().end() ? nullptr : &*at;
}

Part* Plan::find(std::string_view kind) { return const_cast<Part*>(std::as_const(*this).find(kind)); }

void Plan::add(const Part& part) {
  if (count_ == kMostParts) throw Error(fmt::format("a plan of more than {} parts", kMostParts));
  const int place = placeOf(part, order_);
  const auto later = [&](const Part& other) { return placeOf(other, order_) > place; };
  Part* const end = parts_.data() + count_++;
  Part* const at = std::find_if(parts_.data(), end, later);
  std::move_backward(at, end, end + 1);
  *at = part;
}

void Plan::set(const Part& part) {
  if (Part* own = find(kindOf(part).name))
    *own = part;
  else
    add(part);
}

void Plan::remove(std::string_view kind) {
  const auto gone = std::ranges::remove(parts(), partIndex(kind), &Part::kind);
  count_ -= static_cast<std::uint8_t>(gone.size());
}

Plan Plan::first(std::size_t count) const {
  Plan plan = *this;
  plan.count_ = static_cast<std::uint8_t>(std::min<std::size_t>(count, count_));
  return plan;
}

void Plan::setOrder(RenderOrder order) {
  const Plan old = *this;
  order_ = order;
  count_ = 0;
  for (const Part& part : old.parts()) add(part);
}

bool operator==(const Plan& a, const Plan& b) {
  return static_cast<const Style&>(a) == b && a.order_ == b.order_ &&
         std::ranges::equal(a.parts(), b.parts());
}

std::optional<ImageSize> sourceSize(const Plan& plan) {
  if (plan.parts().empty()) return {};
  const Part& first = plan.parts().front();
  const auto source = kindOf(first).source;
  return source ? std::optional(source(first)) : std::nullopt;
}

int levelOfShare(double share) {
  return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * (kShareLevels - 1)));
}

int topLevelOf(Grid grid) {
  return gridInfo(grid).continuous ? kShareLevels - 1 : static_cast<int>(topLevel(grid));
}

double placeOnGrid(const Part& step, Grid grid) {
  if (!gridInfo(grid).continuous) return step.at[0];
  const double unit = topLevel(grid) / (kShareLevels - 1);
  if (!step.found) return unit * step.at[0];
  return *step.found * topLevel(grid) + unit * (step.at[0] - levelOfShare(*step.found));
}

Json toJson(const Plan& plan) {
  Json json = Json::object();
  for (const PartKind& kind : partKinds())
    for (const Part& part : plan.parts())
      if (&kindOf(part) == &kind) kind.write(part, json);
  if (plan.grid != Grid::uc10) json["grid"] = std::string(gridName(plan.grid));
  if (plan.order() == RenderOrder::chainFirst) json["order"] = "chain-first";
  if (plan.boxFill == BoxFill::mean) json["cutout_fill"] = "mean";
  if (plan.outside == Outside::mean) json["outside"] = "mean";
  return json;
}

Plan planFromJson(const Json& json) {
  refuseUnknownKeys(json, knownKeys(), "plan");
  Plan plan;
  readStyle(plan, json);
  for (const PartKind& kind : partKinds()) kind.read(json, plan);
  requireOneOfEach(plan.parts());
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
  std::vector<std::string> texts;
  for (const PartKind& kind : partKinds()) {
    std::vector<std::string> own;
    for (const Part& part : plan.parts())
      if (&kindOf(part) == &kind) own.push_back(kind.text(part, plan));
    std::erase(own, "");
    if (!own.empty()) texts.push_back(joined(own, " + "));
  }
  return texts.empty() ? "unchanged" : joined(texts, " · ");
}

}  // namespace uada
