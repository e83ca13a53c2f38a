#include "core/engine/DecisionJson.h"

#include <fmt/core.h>

#include <cmath>

#include "core/base/Error.h"
#include "core/base/JsonText.h"
#include "core/engine/ReportJson.h"

namespace uada {
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

/// Of one probe its number, of a probe for each coordinate a list, of none null.
Json ofProbes(const std::vector<double>& values) {
  if (values.empty()) return {};
  if (values.size() == 1 && !std::isnan(values[0])) return values[0];
  Json json = Json::array();
  for (const double value : values) json.push(numberToJson(value));
  return json;
}

std::vector<double> ofProbes(const Json& json) {
  if (json.isNull()) return {};
  if (!json.isArray()) return {json.asDouble()};
  std::vector<double> values;
  for (const Json& value : listOf(json, kMostCoordinates)) values.push_back(numberFromJson(value));
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
  g.candidateLoss = member(json, "candidate_loss", numberFromJson);
  g.inert = member(json, "inert", [](const Json& j) { return j.asBool(); });
  g.clamped = member(json, "clamped", [](const Json& j) { return j.asBool(); });
  g.candidate = member(json, "candidate", [](const Json& j) { return planFromJson(j); });
  return g;
}

Json groupToJson(const GroupDecision& g) {
  return Json::Object{{"group", g.group},
                      {"position", g.position},
                      {"before", numbers(g.before)},
                      {"delta", numbers(g.delta)},
                      {"after", numbers(g.after)},
                      {"probe_loss", ofProbes(g.probeLoss)},
                      {"dl", ofProbes(g.dL)},
                      {"candidate_loss", numberToJson(g.candidateLoss)},
                      {"inert", g.inert},
                      {"clamped", g.clamped},
                      {"candidate", toJson(g.candidate)}};
}

}  // namespace

Json groupsToJson(const std::vector<GroupDecision>& groups) {
  Json all = Json::array();
  for (const GroupDecision& group : groups) all.push(groupToJson(group));
  return all;
}

std::vector<GroupDecision> groupsFromJson(const Json& all) {
  std::vector<GroupDecision> groups;
  if (!all.isArray()) throw Error(fmt::format("groups: an array expected, {} found", foundText(all)));
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

}  // namespace uada
