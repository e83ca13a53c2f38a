#include "core/tables/Labels.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "core/base/Text.h"
#include "core/data/Dataset.h"
#include "core/engine/methods/Method.h"
#include "core/engine/models/Model.h"

namespace uada {
namespace {

std::string valueText(const Json& value) {
  if (value.isBool()) return value.asBool() ? "on" : "off";
  return value.isString() ? value.asString() : value.dump();
}

std::string spaced(std::string key) {
  std::ranges::replace(key, '_', ' ');
  return key;
}

bool allAgree(const std::vector<Json>& family, const std::string& key) {
  return std::ranges::all_of(family, [&](const Json& member) {
    const Json *a = member.find(key), *b = family.front().find(key);
    return a && b ? *a == *b : a == b;
  });
}

std::string withSuffix(const std::string& label, const std::string& suffix) {
  return suffix.empty() ? label : label + ", " + suffix;
}

std::string limitsText(const Recipe& recipe) {
  const auto settings = settingsFromJson<DataSettings>(recipe.dataset.settings, "dataset");
  std::vector<std::string> parts;
  if (settings.trainLimit > 0) parts.push_back(groupedText(settings.trainLimit) + " images");
  if (settings.testLimit > 0) parts.push_back(groupedText(settings.testLimit) + " test images");
  return joined(parts, ", ");
}

/// "Fashion-MNIST r10w16, 6,000 images"
std::string plainLabel(const Recipe& recipe) {
  return withSuffix(findDataset(recipe.dataset.name).title + " " + modelLabel(recipe), limitsText(recipe));
}

}  // namespace

std::vector<std::string> differences(const std::vector<Json>& family) {
  std::vector<std::string> texts;
  for (const Json& member : family) {
    std::vector<std::string> parts;
    for (const auto& [key, value] : member.asObject())
      if (!allAgree(family, key)) parts.push_back(spaced(key) + " " + valueText(value));
    texts.push_back(joined(parts, ", "));
  }
  return texts;
}

Json toldSettings(const Choice& method) {
  Json settings = method.settings;
  if (findMethod(method.name).policySetting != PolicySetting::fixed)
    settings["policy"] = policyLabel(policyOf(method));
  return settings;
}

std::string methodLabel(const Choice& method, const std::string& name, const Choice& usual) {
  const std::string special = differences({toldSettings(method), toldSettings(usual)}).front();
  return special.empty() ? name : fmt::format("{} ({})", name, special);
}

std::string datasetLabel(const Recipe& recipe) {
  return withSuffix(findDataset(recipe.dataset.name).title, limitsText(recipe));
}

std::string modelLabel(const Recipe& recipe) {
  return findModel(recipe.model.name).shortName(recipe.model.settings);
}

std::vector<std::string> recipeLabels(const std::vector<Recipe>& recipes, const std::vector<Recipe>& paper) {
  std::vector<std::string> labels(recipes.size());
  std::map<std::string, std::vector<std::size_t>> families;
  for (std::size_t i = 0; i < recipes.size(); ++i) families[plainLabel(recipes[i])].push_back(i);
  for (const auto& [label, members] : families) {
    std::vector<Json> trainings;
    for (const std::size_t i : members) trainings.push_back(settingsToJson(recipes[i].training));
    for (const Recipe& known : paper)
      if (plainLabel(known) == label) trainings.push_back(settingsToJson(known.training));
    const std::vector<std::string> special = differences(trainings);
    for (std::size_t k = 0; k < members.size(); ++k) labels[members[k]] = withSuffix(label, special[k]);
  }
  return labels;
}

}  // namespace uada
