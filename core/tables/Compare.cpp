#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>

#include "core/engine/methods/MethodEntry.h"
#include "core/engine/methods/Plain.h"
#include "core/tables/Cost.h"
#include "core/tables/FinishedRun.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

/// Of each group.
using Configs = std::vector<std::shared_ptr<const RunConfig>>;

std::size_t catalogueOrder(const std::string& method) {
  return static_cast<std::size_t>(std::ranges::find(methods(), method, &MethodEntry::name) -
                                  methods().begin());
}

/// Runs of one recipe on the same images, those with equal configuration together, in the order of the
/// methods' catalogue.
std::vector<std::vector<FinishedRun>> groupedByMethod(std::vector<FinishedRun> runs) {
  std::vector<std::vector<FinishedRun>> groups;
  std::unordered_map<std::string, std::size_t> places;
  for (FinishedRun& run : runs) {
    const std::size_t place = places.try_emplace(run.summary.configHash, groups.size()).first->second;
    if (place == groups.size()) groups.emplace_back();
    groups[place].push_back(std::move(run));
  }
  std::ranges::sort(groups, {}, [](const std::vector<FinishedRun>& group) {
    return std::pair(catalogueOrder(group.front().config->method.name), group.front().summary.id);
  });
  return groups;
}

std::optional<double> meanOf(const std::vector<double>& values) { return Cell{values, {}, {}}.mean(); }

void addMetric(RunGroup& group, const RunSummary& run) {
  if (run.hasDiverged) {
    ++group.diverged;
    return;
  }
  if (const auto last = run.lastOf(group.metric.name)) group.last.push_back(group.metric.scale * *last);
  if (run.best) group.best.push_back(group.metric.scale * *run.best);
}

RunGroup makeGroup(const std::vector<FinishedRun>& runs, const CostReference& reference) {
  const MeasuredRecipe measured = measuredRecipe(runs);
  RunGroup group;
  group.dataset = datasetLabel(measured);
  group.model = modelLabel(*measured.recipe);
  group.method = runs.front().config->method.name;
  group.configHash = runs.front().summary.configHash;
  group.config = runs.front().config;
  group.dataHash = measured.dataHash;
  group.label = findMethod(group.method).title;
  group.metric = mainMetric(runs.front().summary);
  std::vector<double> time, forwards, chains;
  for (const FinishedRun& run : runs) {
    group.runs.push_back(run.summary);
    addMetric(group, run.summary);
    const auto n = static_cast<double>(runs.size());
    group.seconds += run.summary.seconds / n;
    group.forwardEquivalents += run.summary.counts.forwardEquivalents() / n;
    group.chains += static_cast<double>(run.summary.counts.chains) / n;
    const CostRatios ratios = reference.ratios(run.summary);
    if (ratios.time) time.push_back(*ratios.time);
    if (ratios.forwards) forwards.push_back(*ratios.forwards);
    if (ratios.chains) chains.push_back(*ratios.chains);
  }
  group.timeRatio = meanOf(time);
  group.forwardRatio = meanOf(forwards);
  group.chainRatio = meanOf(chains);
  return group;
}

/// groups  of one recipe on the same images
void compareToReference(std::vector<RunGroup>& groups) {
  const auto count = [&](const std::string& method) {
    return static_cast<std::size_t>(std::ranges::count(groups, method, &RunGroup::method));
  };
  const std::string name = referenceAmong(count(referenceMethod().name) > 0, count(Plain::kName));
  const auto reference = std::ranges::find(groups, name, &RunGroup::method);
  if (reference == groups.end()) return;
  for (RunGroup& group : groups) {
    group.reference = name;
    if (group.method != name) group.toReference = difference(group.last, reference->last);
  }
}

/// The told settings of a method with its usual policy; none where the policy has to be stated.
Json usualPolicy(const RunConfig& config) {
  const PolicySetting kind = findMethod(config.method.name).policySetting;
  if (kind == PolicySetting::stated) return Json::object();
  Json told = toldSettings(config.method);
  if (kind != PolicySetting::fixed)
    told["policy"] = policyLabel(policyOf(methodFromJson(config.method.name, "usual")));
  return told;
}

/// Tells groups apart whose data, network and method read alike: by the method's settings, then by training.
void addDifferences(std::vector<RunGroup>& groups, const Configs& configs) {
  std::map<std::string, std::vector<std::size_t>> methodFamilies, recipeFamilies;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    methodFamilies[groups[i].method].push_back(i);
    recipeFamilies[groups[i].dataset + '\n' + groups[i].model].push_back(i);
  }
  const auto add = [&](const auto& families, const auto& settings, const auto& usual, const auto& append) {
    for (const auto& [name, members] : families) {
      std::vector<Json> family;
      for (const std::size_t i : members) family.push_back(settings(*configs[i]));
      family.push_back(
          usual(*configs[members.front()]));  // what differs from it is told of a lone group, too
      const auto texts = differences(family);
      for (std::size_t k = 0; k < members.size(); ++k)
        if (!texts[k].empty()) append(groups[members[k]].label, texts[k]);
    }
  };
  add(
      methodFamilies, [](const RunConfig& config) { return toldSettings(config.method); }, usualPolicy,
      [](std::string& label, const std::string& text) { label += " (" + text + ")"; });
  add(
      recipeFamilies, [](const RunConfig& config) { return trainingJson(config.recipe); },
      [](const RunConfig& config) { return trainingJson(config.recipe); },
      [](std::string& label, const std::string& text) { label += ", " + text; });
}

/// Tells groups apart that read alike in label, data and network all the same.
void tellApart(std::vector<RunGroup>& groups, const Configs& configs) {
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> families;
  for (std::size_t i = 0; i < groups.size(); ++i) families[{groups[i].dataset, groups[i].model}].push_back(i);
  for (const auto& [place, members] : families) {
    std::vector<std::string> labels;
    for (const std::size_t i : members) labels.push_back(groups[i].label);
    labels = toldApart(std::move(labels), [&](std::size_t k) {
      const std::size_t i = members[k];
      Json thing = choiceToJson(configs[i]->method);
      thing["recipe_sha256"] = recipeHash(configs[i]->recipe);
      thing["images"] = groups[i].dataHash;
      return thing;
    });
    for (std::size_t k = 0; k < members.size(); ++k) groups[members[k]].label = std::move(labels[k]);
  }
}

}  // namespace

std::vector<RunGroup> groupRuns(const std::vector<FinishedRun>& runs) {
  std::vector<RunGroup> all;
  Configs configs;
  for (auto& recipe : groupedByRecipe(onePerSeed(runs))) {
    CostReference reference;
    for (const FinishedRun& run : recipe) reference.add(run.summary);
    std::vector<RunGroup> groups;
    for (const auto& repeats : groupedByMethod(std::move(recipe))) {
      groups.push_back(makeGroup(repeats, reference));
      configs.push_back(repeats.front().config);
    }
    compareToReference(groups);
    std::ranges::move(groups, std::back_inserter(all));
  }
  addDifferences(all, configs);
  tellApart(all, configs);
  return all;
}

std::vector<RunGroup> compareRuns(const ProjectReader& project, const std::vector<std::int64_t>& runs) {
  return groupRuns(finishedRuns(project, runs));
}

}  // namespace uada
