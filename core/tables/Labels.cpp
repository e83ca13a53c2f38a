#include "core/tables/Labels.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/augment/Space.h"
#include "core/base/Files.h"
#include "core/base/Text.h"
#include "core/config/FlatConfig.h"
#include "core/data/Dataset.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"

namespace uada {
namespace {

constexpr std::size_t kHashDigits = 8;  ///< of a hash, where it is shown

std::string valueText(const Json& value) {
  if (value.isBool()) return value.asBool() ? "on" : "off";
  return value.isString() ? value.asString() : value.dump();
}

std::string spaced(std::string key) {
  std::ranges::replace(key, '_', ' ');
  return key;
}

/// "epochs 10"; by the paper's symbol where it has one: "ε=2".
std::string settingText(const std::string& key, const Json& value) {
  constexpr std::pair<std::string_view, std::string_view> kSymbols[] = {{"epsilon", "ε"}, {"delta", "δ"}};
  for (const auto& [name, symbol] : kSymbols)
    if (key == name) return fmt::format("{}={}", symbol, valueText(value));
  return spaced(key) + " " + valueText(value);
}

/// The keys that not all members have with the same value.
std::set<std::string> differingKeys(const std::vector<Json>& family) {
  std::set<std::string> keys;
  for (const Json& member : family) {
    for (const auto& [key, value] : member.asObject()) {
      const Json* first = family.front().find(key);
      if (!first || *first != value) keys.insert(key);
    }
    for (const auto& [key, value] : family.front().asObject())
      if (!member.find(key)) keys.insert(key);
  }
  return keys;
}

std::string withSuffix(const std::string& label, const std::string& suffix) {
  return suffix.empty() ? label : label + ", " + suffix;
}

std::string limitsText(const Recipe& recipe) {
  const auto settings = recipe.dataset.as<DataSettings>();
  std::vector<std::string> parts;
  if (settings.trainLimit > 0) parts.push_back(groupedText(settings.trainLimit) + " images");
  if (settings.testLimit > 0) parts.push_back(groupedText(settings.testLimit) + " test images");
  if (settings.validation > 0)
    parts.push_back(fmt::format("tested on {:g} % of the training images", 100 * settings.validation));
  return joined(parts, ", ");
}

/// "6,000 images, other images than published"
std::string dataText(const MeasuredRecipe& measured) {
  std::vector<std::string> parts;
  if (const std::string limits = limitsText(*measured.recipe); !limits.empty()) parts.push_back(limits);
  const bool isPublic = !findDataset(measured.recipe->dataset.name).published.empty();
  if (isPublic && !measured.isPublished) parts.push_back("images not known as published");
  if (isPublic && !measured.isPublished.value_or(true)) parts.push_back("other images than published");
  return joined(parts, ", ");
}

/// "Fashion-MNIST r10w16, 6,000 images"
std::string plainLabel(const MeasuredRecipe& measured) {
  const Recipe& recipe = *measured.recipe;
  return withSuffix(findDataset(recipe.dataset.name).title + " " + modelLabel(recipe), dataText(measured));
}

/// A setting's value, or the data hash `images`; of hashes the beginning.
Json shownValue(const std::string& key, const Json& value) {
  if (key == "images") return shortDataHash(value.asString());
  return key.ends_with("sha256") ? Json(value.asString().substr(0, kHashDigits)) : value;
}

/// {"policy": {"file": "a"}} -> {"policy file": "a"}
Json flatThing(const Json& thing) {
  Json flat = Json::object();
  for (const auto& [name, value] : flattened(thing, " "))
    if (!value.isObject()) flat[name] = shownValue(name.substr(name.rfind(' ') + 1), value);
  return flat;
}

/// Indices of each text that occurs more than once.
std::vector<std::vector<std::size_t>> repeated(const std::vector<std::string>& texts) {
  std::map<std::string, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < texts.size(); ++i) places[texts[i]].push_back(i);
  std::vector<std::vector<std::size_t>> families;
  for (auto& [text, family] : places)
    if (family.size() > 1) families.push_back(std::move(family));
  return families;
}

/// What defines the recipe, whatever its name and wherever its files lie.
Json definition(const MeasuredRecipe& measured) {
  Json json = recipeIdentity(*measured.recipe);
  json["images"] = measured.dataHash;
  return json;
}

}  // namespace

MeasuredRecipe measuredRecipe(const std::vector<FinishedRun>& runs) {
  const auto& config = runs.front().config;
  MeasuredRecipe measured{{config, &config->recipe}, runs.front().summary.dataHash, {}};
  for (const FinishedRun& run : runs)  // of equal images one verdict holds for all
    if (const auto verdict = run.summary.isDataPublished)
      measured.isPublished = measured.isPublished.value_or(true) && *verdict;
  return measured;
}

std::vector<std::string> differences(const std::vector<Json>& family) {
  const std::set<std::string> differing = differingKeys(family);
  std::vector<std::string> texts;
  for (const Json& member : family) {
    std::vector<std::string> parts;
    for (const auto& [key, value] : member.asObject())
      if (differing.contains(key)) parts.push_back(settingText(key, value));
    texts.push_back(joined(parts, ", "));
  }
  return texts;
}

std::vector<std::string> toldApart(std::vector<std::string> labels,
                                   const std::function<Json(std::size_t)>& thing,
                                   const std::vector<std::string>& taken) {
  for (const auto& family : repeated(labels)) {
    std::vector<Json> flat;
    for (const std::size_t place : family) flat.push_back(flatThing(thing(place)));
    const std::vector<std::string> special = differences(flat);
    for (std::size_t k = 0; k < family.size(); ++k)
      labels[family[k]] = withSuffix(labels[family[k]], special[k]);
  }
  // What still reads alike, by its own words or another's, is told by the hash of what it stands for.
  std::vector<std::string> all = labels;
  all.insert(all.end(), taken.begin(), taken.end());
  for (const auto& family : repeated(all))
    for (const std::size_t i : family)
      if (i < labels.size())
        labels[i] = withSuffix(labels[i], "#" + sha256(thing(i).dump()).substr(0, kHashDigits));
  return labels;
}

bool isNamedByPolicy(const Choice& method) {
  return findMethod(method.name).policySetting == PolicySetting::stated;
}

bool isUsualPolicy(const Choice& policy) {
  return findPolicy(policy.name).usualFor && policyLabel(policy) == policy.name;
}

std::string methodTitle(const Choice& method) {
  if (!isNamedByPolicy(method)) return findMethod(method.name).title;
  const Choice policy = policyOf(method);
  const Policy& entry = findPolicy(policy.name);
  std::string label = policyLabel(policy);  // a file is known by its own name
  if (isUsualPolicy(policy)) return findMethod(method.name).title;
  if (label.starts_with(entry.name)) label.replace(0, entry.name.size(), entry.title);
  return fmt::format("{} ({})", label, method.name);
}

Json toldSettings(const Choice& method) {
  Json settings = method.settings();
  if (findMethod(method.name).policySetting != PolicySetting::fixed)
    settings["policy"] = policyLabel(policyOf(method));
  return settings;
}

std::string methodLabel(const Choice& method, const std::string& name, const Choice& usual) {
  const std::string special = differences({toldSettings(method), toldSettings(usual)}).front();
  return special.empty() ? name : fmt::format("{} ({})", name, special);
}

std::string datasetLabel(const MeasuredRecipe& measured) {
  return withSuffix(findDataset(measured.recipe->dataset.name).title, dataText(measured));
}

std::string modelLabel(const Recipe& recipe) { return findModel(recipe.model.name).shortName(recipe.model); }

std::vector<std::string> recipeLabels(const std::vector<MeasuredRecipe>& recipes,
                                      const std::vector<Recipe>& paper) {
  std::vector<std::string> labels(recipes.size());
  std::map<std::string, std::vector<std::size_t>> families;
  std::map<std::string, std::vector<Json>> known;
  for (std::size_t i = 0; i < recipes.size(); ++i) families[plainLabel(recipes[i])].push_back(i);
  for (const Recipe& recipe : paper)
    known[plainLabel({{std::shared_ptr<const Recipe>(), &recipe}, "", true})].push_back(trainingJson(recipe));
  for (const auto& [label, members] : families) {
    std::vector<Json> trainings;
    for (const std::size_t i : members) trainings.push_back(trainingJson(*recipes[i].recipe));
    std::ranges::copy(known[label], std::back_inserter(trainings));
    const std::vector<std::string> special = differences(trainings);
    for (std::size_t k = 0; k < members.size(); ++k) labels[members[k]] = withSuffix(label, special[k]);
  }
  return toldApart(std::move(labels), [&](std::size_t i) { return definition(recipes[i]); });
}

}  // namespace uada
