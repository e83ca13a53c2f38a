#include "widgets/session/GroupColours.h"

#include <algorithm>
#include <utility>

#include "widgets/session/ColourDistance.h"
#include "widgets/session/Theme.h"

namespace uada {

std::string GroupColours::keyOf(const SeedGroup& group) {
  return group.configHash + ' ' + group.dataHash + (group.origin.empty() ? "" : ' ' + group.origin);
}

Json GroupColours::with(Json chosen, const SeedGroup& group, const QColor& colour) {
  Json now = Json::object();
  if (chosen.isObject())
    for (const auto& [key, value] : chosen.asObject())
      if (key != keyOf(group)) now[key] = value;
  if (colour.isValid()) now[keyOf(group)] = colour.name().toStdString();
  return now;
}

static std::map<std::string, QColor> coloursOf(const Json& chosen) {
  std::map<std::string, QColor> all;
  if (!chosen.isObject()) return all;
  for (const auto& [key, value] : chosen.asObject()) {
    const QColor colour(value.isString() ? QString::fromStdString(value.asString()) : QString());
    if (colour.isValid()) all[key] = colour;
  }
  return all;
}

void GroupColours::update(const std::vector<SeedGroup>& groups, const Json& chosen) {
  std::map<std::string, QColor> now = coloursOf(chosen);
  const bool isSame = now == chosen_ && (now.empty() || placed_ == groups.size());
  chosen_ = std::move(now);
  if (!isSame) place(groups);
}

/// A group keeps its usual colour unless that is too near to a chosen one.
void GroupColours::place(const std::vector<SeedGroup>& groups) {
  placed_ = groups.size();
  instead_.clear();
  if (chosen_.empty()) return;
  QVector<QColor> taken;
  for (const SeedGroup& group : groups)
    if (isChosen(group)) taken << of(group);
  const QVector<QColor> others = taken;
  const auto isNear = [&](const QColor& colour) {
    return std::ranges::any_of(others, [lab = labOf(colour)](const QColor& other) {
      return colourDistance(lab, labOf(other)) < kLeastDistance;
    });
  };
  std::vector<int> homeless;
  for (const SeedGroup& group : groups) {
    if (isChosen(group) || group.colour >= Theme::kMostColours) continue;
    const QColor usual = theme_.groupColour(group.colour);
    if (isNear(usual))
      homeless.push_back(group.colour);
    else
      taken << usual;
  }
  if (homeless.empty()) return;
  const int known = static_cast<int>(taken.size());
  taken = apartFrom(std::move(taken), theme_.colour("base"), known + static_cast<int>(homeless.size()));
  for (std::size_t i = 0; i < homeless.size(); ++i)
    instead_[homeless[i]] = taken[known + static_cast<int>(i)];
}

QColor GroupColours::of(const SeedGroup& group) const {
  if (const auto found = chosen_.find(keyOf(group)); found != chosen_.end()) return found->second;
  const auto instead = instead_.find(group.colour % Theme::kMostColours);
  return instead == instead_.end() ? theme_.groupColour(group.colour) : instead->second;
}

QColor GroupColours::ofSeed(const SeedGroup& group, int place) const {
  return shadeOf(of(group), std::max(0, place) % Theme::kMostShades, theme_.colour("base"));
}

}  // namespace uada
