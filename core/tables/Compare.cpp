#include <algorithm>
#include <map>

#include "core/engine/methods/Method.h"
#include "core/tables/Cost.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

std::size_t catalogueOrder(const std::string& method) {
  return static_cast<std::size_t>(std::ranges::find(methods(), method, &Method::name) - methods().begin());
}

/// Runs of one recipe, those with equal configuration together, in the order of the methods' catalogue.
std::vector<std::vector<FinishedRun>> groupedByMethod(const std::vector<FinishedRun>& runs) {
  std::vector<std::vector<FinishedRun>> groups;
  for (const FinishedRun& run : runs) {
    const auto same = std::ranges::find(
        groups, run.summary.configHash,
        [](const std::vector<FinishedRun>& group) { return group.front().summary.configHash; });
    (same == groups.end() ? groups.emplace_back() : *same).push_back(run);
  }
  std::ranges::sort(groups, {}, [](const std::vector<FinishedRun>& group) {
    return std::pair(catalogueOrder(group.front().config.method.name), group.front().summary.id);
  });
  return groups;
}

std::optional<double> meanOf(const std::vector<double>& values) { return Cell{values, {}, {}}.mean(); }

RunGroup makeGroup(const std::vector<FinishedRun>& runs, const std::vector<FinishedRun>& raUc) {
  const RunConfig& config = runs.front().config;
  RunGroup group;
  group.dataset = datasetLabel(config.recipe);
  group.model = modelLabel(config.recipe);
  group.method = config.method.name;
  group.configHash = runs.front().summary.configHash;
  group.label = findMethod(config.method.name).title;
  std::vector<double> time, forwards, chains;
  for (const FinishedRun& run : runs) {
    group.runs.push_back(run.summary);
    if (run.summary.lastTop1) group.last.push_back(100 * *run.summary.lastTop1);
    if (run.summary.bestTop1) group.best.push_back(100 * *run.summary.bestTop1);
    const auto n = static_cast<double>(runs.size());
    group.seconds += run.summary.seconds / n;
    group.forwardEquivalents += run.summary.counts.forwardEquivalents() / n;
    group.chains += static_cast<double>(run.summary.counts.chains) / n;
    const CostRatios ratios = costRatios(run, raUc);
    if (ratios.time) time.push_back(*ratios.time);
    if (ratios.forwards) forwards.push_back(*ratios.forwards);
    if (ratios.chains) chains.push_back(*ratios.chains);
  }
  group.timeRatio = meanOf(time);
  group.forwardRatio = meanOf(forwards);
  group.chainRatio = meanOf(chains);
  return group;
}

void compareToRaUc(std::vector<RunGroup>& groups) {
  const auto raUc = std::ranges::find(groups, "ra-uc", &RunGroup::method);
  if (raUc == groups.end()) return;
  for (RunGroup& group : groups)
    if (group.method != "ra-uc") group.toRaUc = difference(group.last, raUc->last);
}

/// The told settings of a method with its usual policy; none where the policy has to be stated.
Json usualPolicy(const RunConfig& config) {
  const PolicySetting kind = findMethod(config.method.name).policySetting;
  if (kind == PolicySetting::stated) return Json::object();
  Json told = toldSettings(config.method);
  if (kind != PolicySetting::fixed) told["policy"] = policyLabel(policyOf(Choice{config.method.name, {}}));
  return told;
}

/// Tells groups apart whose data, network and method read alike: by the method's settings, then by training.
/// configs  of each group
void addDifferences(std::vector<RunGroup>& groups, const std::vector<RunConfig>& configs) {
  std::map<std::string, std::vector<std::size_t>> methodFamilies, recipeFamilies;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    methodFamilies[groups[i].method].push_back(i);
    recipeFamilies[groups[i].dataset + '\n' + groups[i].model].push_back(i);
  }
  const auto add = [&](const auto& families, const auto& settings, const auto& usual, const auto& append) {
    for (const auto& [name, members] : families) {
      std::vector<Json> family;
      for (const std::size_t i : members) family.push_back(settings(configs[i]));
      family.push_back(usual(configs[members.front()]));  // what differs from it is told of a lone group, too
      const auto texts = differences(family);
      for (std::size_t k = 0; k < members.size(); ++k)
        if (!texts[k].empty()) append(groups[members[k]].label, texts[k]);
    }
  };
  add(
      methodFamilies, [](const RunConfig& config) { return toldSettings(config.method); }, usualPolicy,
      [](std::string& label, const std::string& text) { label += " (" + text + ")"; });
  add(
      recipeFamilies, [](const RunConfig& config) { return settingsToJson(config.recipe.training); },
      [](const RunConfig& config) { return settingsToJson(config.recipe.training); },
      [](std::string& label, const std::string& text) { label += ", " + text; });
}

}  // namespace

std::vector<RunGroup> groupRuns(const std::vector<FinishedRun>& runs) {
  std::vector<RunGroup> all;
  std::vector<RunConfig> configs;
  for (const auto& recipe : groupedByRecipe(onePerSeed(runs))) {
    std::vector<RunGroup> groups;
    for (const auto& repeats : groupedByMethod(recipe)) {
      groups.push_back(makeGroup(repeats, raUcRuns(recipe)));
      configs.push_back(repeats.front().config);
    }
    compareToRaUc(groups);
    std::ranges::move(groups, std::back_inserter(all));
  }
  addDifferences(all, configs);
  return all;
}

std::vector<RunGroup> compareRuns(const ProjectReader& project, const std::vector<std::int64_t>& runs) {
  return groupRuns(finishedRuns(project, runs));
}

}  // namespace uada
