#include <algorithm>
#include <unordered_map>

#include "core/engine/methods/MethodEntry.h"
#include "core/engine/methods/Plain.h"
#include "core/tables/Comparison.h"
#include "core/tables/Cost.h"
#include "core/tables/FinishedRun.h"
#include "core/tables/GroupNames.h"

namespace uada {
namespace {

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
    const std::size_t place =
        places.try_emplace(run.summary.configHash + run.summary.origin(), groups.size()).first->second;
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
  if (const auto last = run.lastOf(group.metric.name)) {
    group.last.push_back(group.metric.scale * *last);
    group.lastSeeds.push_back(run.seed);
  }
  if (run.best) group.best.push_back(group.metric.scale * *run.best);
}

RunGroup makeGroup(const std::vector<FinishedRun>& runs, const CostReference& reference) {
  RunGroup group;
  group.method = runs.front().config->method.name;
  group.configHash = runs.front().summary.configHash;
  group.config = runs.front().config;
  group.dataHash = runs.front().summary.dataHash;
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
  // A fork or an edited run is no reference, as it is none of costs.
  const auto isOf = [](const std::string& method) {
    return [method](const RunGroup& group) {
      return group.method == method && group.runs.front().isOfOneConfig();
    };
  };
  const std::string name =
      referenceAmong(std::ranges::any_of(groups, isOf(referenceMethod().name)),
                     static_cast<std::size_t>(std::ranges::count_if(groups, isOf(Plain::kName))));
  const auto reference = std::ranges::find_if(groups, isOf(name));
  if (reference == groups.end()) return;
  for (RunGroup& group : groups) {
    group.reference = name;
    if (group.method != name)
      group.toReference = difference({group.last, group.lastSeeds}, {reference->last, reference->lastSeeds});
  }
}

/// No two read alike.
void addLabels(std::vector<RunGroup>& groups) {
  std::vector<Repeats> named;
  for (const RunGroup& group : groups) {
    Repeats& one = named.emplace_back(&group.runs.front(), group.config, std::nullopt);
    for (const RunSummary& run : group.runs)  // of equal images one verdict holds for all
      if (const auto verdict = run.isDataPublished)
        one.isDataPublished = one.isDataPublished.value_or(true) && *verdict;
  }
  const std::vector<GroupName> names = groupNames(named);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i].dataset = names[i].dataset;
    groups[i].model = names[i].model;
    groups[i].label = names[i].label();
  }
}

}  // namespace

std::vector<RunGroup> groupRuns(const std::vector<FinishedRun>& runs) {
  std::vector<RunGroup> all;
  for (auto& recipe : groupedByRecipe(onePerSeed(runs))) {
    CostReference reference;
    for (const FinishedRun& run : recipe) reference.add(run.summary);
    std::vector<RunGroup> groups;
    for (const auto& repeats : groupedByMethod(std::move(recipe)))
      groups.push_back(makeGroup(repeats, reference));
    compareToReference(groups);
    std::ranges::move(groups, std::back_inserter(all));
  }
  addLabels(all);
  return all;
}

std::vector<bool> bestGroups(const std::vector<RunGroup>& groups) {
  std::vector<bool> best(groups.size(), false);
  std::unordered_map<std::string, std::vector<std::size_t>> recipes;
  for (std::size_t i = 0; i < groups.size(); ++i) recipes[recipeAndData(groups[i].runs.front())].push_back(i);
  for (const auto& [recipe, members] : recipes) {
    Table table;
    table.columns = {"last"};
    for (const std::size_t i : members) {
      Cell cell{groups[i].last, {}, {}};
      cell.seeds = groups[i].lastSeeds;
      if (!groups[i].metric.higherIsBetter)
        for (double& value : cell.values) value = -value;
      table.rows.push_back(groups[i].label);
      table.cells.push_back({std::move(cell)});
    }
    addComparisons(table, true);
    for (std::size_t row = 0; row < members.size(); ++row) best[members[row]] = table.cells[row][0].isBest;
  }
  return best;
}

std::vector<RunGroup> runsAsGroups(const std::vector<RunGroup>& groups) {
  std::vector<RunGroup> all;
  for (const RunGroup& group : groups)
    for (const RunSummary& run : group.runs) {
      RunGroup& one = all.emplace_back();
      one.dataset = group.dataset;
      one.model = group.model;
      one.method = group.method;
      one.configHash = group.configHash;
      one.dataHash = group.dataHash;
      one.label = group.label;
      one.config = group.config;
      one.metric = group.metric;
      one.runs = {run};
      addMetric(one, run);
      one.seconds = run.seconds;
      one.forwardEquivalents = run.counts.forwardEquivalents();
      one.chains = static_cast<double>(run.counts.chains);
    }
  return all;
}

std::vector<RunGroup> compareRuns(const ProjectReader& project, const std::vector<std::int64_t>& runs) {
  return groupRuns(finishedRuns(project, runs));
}

}  // namespace uada
