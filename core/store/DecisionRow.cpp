#include "core/store/DecisionRow.h"

#include <fmt/core.h>

#include <limits>

#include "core/base/Error.h"
#include "core/base/Printable.h"

namespace uada::store {
namespace {

constexpr std::size_t kMostGroups = 64, kMostCoordinates = 64;
/// Coordinates are pixels, levels and switches: differences of two of them fit an int.
constexpr std::int64_t kMostCoordinate = 1'000'000'000;

std::int64_t whole(const Json& json, std::int64_t least, std::int64_t most) {
  const std::int64_t value = json.asInt();
  if (value < least || value > most)
    throw Error(fmt::format("{} to {} expected, {} found", least, most, value));
  return value;
}

Json numbers(const std::vector<int>& values) {
  Json json = Json::array();
  for (const int value : values) json.push(value);
  return json;
}

const Json::Array& listOf(const Json& json, std::size_t most) {
  const Json::Array& items = json.asArray();
  if (items.size() > most) throw Error(fmt::format("at most {} expected, {} found", most, items.size()));
  return items;
}

std::vector<int> numbers(const Json& json) {
  std::vector<int> values;
  for (const Json& value : listOf(json, kMostCoordinates))
    values.push_back(static_cast<int>(whole(value, -kMostCoordinate, kMostCoordinate)));
  return values;
}

/// One number as itself, several as a list, none as null.
Json ofProbes(const std::vector<double>& values) {
  if (values.empty()) return {};
  if (values.size() == 1) return values[0];
  Json json = Json::array();
  for (const double value : values) json.push(value);
  return json;
}

std::vector<double> ofProbes(const Json& json) {
  if (json.isNull()) return {};
  if (!json.isArray()) return {json.asDouble()};
  std::vector<double> values;
  for (const Json& value : listOf(json, kMostCoordinates)) values.push_back(value.asDouble());
  return values;
}

/// Calls read(the member), its name before the message of what it throws.
template <class Read>
auto member(const Json& json, const char* name, Read read) {
  const Json& value = json.at(name);
  try {
    return read(value);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", name, error.what()));
  }
}

GroupDecision groupFromJson(const Json& json) {
  const auto list = [](const Json& j) { return numbers(j); };
  const auto losses = [](const Json& j) { return ofProbes(j); };
  GroupDecision g;
  g.group = member(json, "group", [](const Json& j) { return j.asString(); });
  g.position =
      member(json, "position", [](const Json& j) { return static_cast<int>(whole(j, -1, kMaxSteps - 1)); });
  g.before = member(json, "before", list);
  g.delta = member(json, "delta", list);
  g.after = member(json, "after", list);
  g.probeLoss = member(json, "probe_loss", losses);
  g.dL = member(json, "dl", losses);
  g.candidateLoss = member(json, "candidate_loss", [](const Json& j) { return j.asDouble(); });
  g.inert = member(json, "inert", [](const Json& j) { return j.asBool(); });
  g.clamped = member(json, "clamped", [](const Json& j) { return j.asBool(); });
  g.candidate = member(json, "candidate", [](const Json& j) { return planFromJson(j); });
  return g;
}

/// What does not hold together in words; empty: nothing.
std::string problemOf(const Decision& decision) {
  const auto groups = static_cast<int>(decision.groups.size());
  if (decision.winner < -1 || decision.winner >= groups)
    return fmt::format("winner: -1 to {} expected, {} found", groups - 1, decision.winner);
  for (int i = 0; i < groups; ++i) {
    const GroupDecision& g = decision.groups[static_cast<std::size_t>(i)];
    const auto name = [&](const char* key) { return fmt::format("groups[{}]: {}", i, key); };
    if (g.group.empty() || printable(g.group, 64) != g.group)
      return fmt::format("{}: a name expected, '{}' found", name("group"), quotable(g.group));
    if (g.after.size() != g.before.size() || (!g.delta.empty() && g.delta.size() != g.before.size()))
      return fmt::format("{}, delta and after: of one length expected, {}, {} and {} found", name("before"),
                         g.before.size(), g.delta.size(), g.after.size());
    if (g.position >= static_cast<int>(decision.plan.chain().size()))
      return fmt::format("{}: one of the plan's {} steps expected, {} found", name("position"),
                         decision.plan.chain().size(), g.position);
  }
  return {};
}

}  // namespace

const char* const kDecisionColumns =
    "step, epoch, sample, label, winner, unperturbed_loss, pixel_hash, plan, groups";

std::string groupsToJson(const std::vector<GroupDecision>& groups) {
  Json all = Json::array();
  for (const GroupDecision& g : groups) {
    Json json = Json::object();
    json["group"] = g.group;
    json["position"] = g.position;
    json["before"] = numbers(g.before);
    json["delta"] = numbers(g.delta);
    json["after"] = numbers(g.after);
    json["probe_loss"] = ofProbes(g.probeLoss);
    json["dl"] = ofProbes(g.dL);
    json["candidate_loss"] = g.candidateLoss;
    json["inert"] = g.inert;
    json["clamped"] = g.clamped;
    json["candidate"] = toJson(g.candidate);
    all.push(std::move(json));
  }
  return all.dump();
}

std::vector<GroupDecision> groupsFromJson(const std::string& text) {
  std::vector<GroupDecision> groups;
  const Json all = parseJson(text, "groups");
  if (!all.isArray()) throw Error(fmt::format("groups: an array expected, {} found", all.typeName()));
  for (const Json& json : all.asArray()) {
    try {
      if (groups.size() == kMostGroups) throw Error(fmt::format("at most {} expected", kMostGroups));
      groups.push_back(groupFromJson(json));
    } catch (const Error& error) {
      throw Error(fmt::format("groups[{}]: {}", groups.size(), error.what()));
    }
  }
  return groups;
}

Decision readDecision(Row& row) {
  Decision d;
  d.step = row.integer(1);
  d.epoch = row.small();
  d.index = static_cast<std::uint32_t>(row.integer(0, std::numeric_limits<std::uint32_t>::max()));
  d.label = row.small();
  d.winner = row.small(-1);
  d.unperturbedLoss = row.real();
  d.pixelHash = row.text();
  const std::string plan = row.text(), groups = row.text();
  if (!row.problem().empty()) return d;
  try {
    d.plan = planFromJson(parseJson(plan, "plan"));
    d.groups = groupsFromJson(groups);
    row.complain(problemOf(d));
  } catch (const Error& error) {
    row.complain(error.what());
  }
  return d;
}

}  // namespace uada::store
