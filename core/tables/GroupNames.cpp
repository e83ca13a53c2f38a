#include "core/tables/GroupNames.h"

#include <fmt/core.h>

#include <map>

#include "core/base/Text.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

/// Groups by their places that have a word in common.
using Families = std::map<std::string, std::vector<std::size_t>>;

std::string usualPolicyLabel(const RunConfig& config) {
  return policyLabel(policyOf(methodFromJson(config.method.name, "usual")));
}

/// What a name does not say yet.
Json settingsToTell(const RunConfig& config) {
  const Json all = toldSettings(config.method);
  Json told = Json::object();
  for (const auto& [key, value] : all.asObject())
    if (key != "policy" || !isNamedByPolicy(config.method)) told[key] = value;
  if (told.find("policy") && isUsualPolicy(policyOf(config.method)))
    told["policy"] = usualPolicyLabel(config);  // of other images, which the recipe tells
  return told;
}

/// The same with the method's usual policy.
Json usualPolicy(const RunConfig& config) {
  Json told = settingsToTell(config);
  if (isNamedByPolicy(config.method)) return told;
  if (findMethod(config.method.name).policySetting != PolicySetting::fixed)
    told["policy"] = usualPolicyLabel(config);
  return told;
}

GroupName plainName(const Repeats& group) {
  const RunSummary& run = *group.run;
  if (!group.config) return {run.model, run.dataset, "", run.method};
  const Recipe& recipe = group.config->recipe;
  // Images that were not read yet are not said to be others than the published ones.
  const auto isPublished = run.dataHash.empty() ? std::optional(true) : group.isDataPublished;
  const MeasuredRecipe measured{{group.config, &recipe}, run.dataHash, isPublished};
  return {modelLabel(recipe), datasetLabel(measured), "", methodTitle(group.config->method)};
}

/// settings  of a configuration, as differences() tells them
/// usual     the same of a group that every family is compared with as well
template <class Settings, class Usual, class Take>
void tellDifferences(const Families& families, const std::vector<Repeats>& groups, Settings settings,
                     Usual usual, Take take) {
  for (const auto& [name, members] : families) {
    std::vector<Json> family;
    for (const std::size_t i : members) family.push_back(settings(*groups[i].config));
    family.push_back(usual(*groups[members.front()].config));
    const auto texts = differences(family);
    for (std::size_t k = 0; k < members.size(); ++k) take(members[k], texts[k]);
  }
}

void addDifferences(std::vector<GroupName>& names, const std::vector<Repeats>& groups) {
  Families methods, recipes;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (!groups[i].config) continue;
    methods[groups[i].config->method.name].push_back(i);
    recipes[names[i].dataset + '\n' + names[i].model].push_back(i);
  }
  tellDifferences(methods, groups, settingsToTell, usualPolicy, [&](std::size_t i, const std::string& text) {
    if (!text.empty()) names[i].method += " (" + text + ")";
  });
  const auto training = [](const RunConfig& config) { return trainingJson(config.recipe); };
  tellDifferences(recipes, groups, training, training,
                  [&](std::size_t i, const std::string& text) { names[i].training = text; });
}

/// Of a run that is no repeat of others: ", forked at 468", ", edited".
std::string originMark(const RunSummary& run) {
  std::string mark;
  if (!run.lineage.run.empty()) mark += fmt::format(", forked at {}", groupedText(run.lineage.step));
  if (run.edits > 0) mark += ", edited";
  return mark;
}

/// What a group stands for.
Json definition(const Repeats& group) {
  Json thing = Json::object();
  if (group.config) {
    thing = choiceToJson(group.config->method);
    thing["recipe_sha256"] = recipeHash(group.config->recipe);
  } else {
    thing["config_sha256"] = group.run->configHash;
  }
  thing["images"] = group.run->dataHash;
  if (const std::string origin = group.run->origin(); !origin.empty()) thing["origin"] = origin;
  return thing;
}

/// What still reads alike is told apart by all that defines it.
void tellApart(std::vector<GroupName>& names, const std::vector<Repeats>& groups) {
  Families families;
  for (std::size_t i = 0; i < groups.size(); ++i)
    families[names[i].dataset + '\n' + names[i].model].push_back(i);
  for (const auto& [place, members] : families) {
    std::vector<std::string> labels;
    for (const std::size_t i : members) labels.push_back(names[i].label());
    const auto apart = toldApart(labels, [&](std::size_t k) { return definition(groups[members[k]]); });
    for (std::size_t k = 0; k < members.size(); ++k)
      names[members[k]].method += apart[k].substr(labels[k].size());
  }
}

}  // namespace

std::string GroupName::recipe() const {
  std::vector<std::string> parts{model, dataset};
  if (!training.empty()) parts.push_back(training);
  return joined(parts, " · ");
}

std::string GroupName::label() const { return training.empty() ? method : method + ", " + training; }

std::vector<GroupName> groupNames(const std::vector<Repeats>& groups) {
  std::vector<GroupName> names;
  names.reserve(groups.size());
  for (const Repeats& group : groups) names.push_back(plainName(group));
  addDifferences(names, groups);
  for (std::size_t i = 0; i < groups.size(); ++i) names[i].method += originMark(*groups[i].run);
  tellApart(names, groups);
  return names;
}

}  // namespace uada
