#include "widgets/panels/compare/Reference.h"

#include <algorithm>

#include "core/tables/Cost.h"

namespace uada {
namespace {

std::optional<double> ratio(double value, double reference) {
  return reference > 0 ? std::optional(value / reference) : std::nullopt;
}

/// Times of other machines say nothing.
bool areOfOneMachine(const RunGroup& a, const RunGroup& b) {
  const RunSummary& first = a.runs.front();
  const auto isSame = [&](const RunSummary& run) {
    return run.host == first.host && run.device == first.device && run.threads == first.threads;
  };
  return std::ranges::all_of(a.runs, isSame) && std::ranges::all_of(b.runs, isSame);
}

}  // namespace

std::vector<RunGroup> comparedWith(std::vector<RunGroup> groups, std::int64_t reference) {
  const auto place = std::ranges::find_if(groups, [&](const RunGroup& group) {
    return std::ranges::find(group.runs, reference, &RunSummary::id) != group.runs.end();
  });
  if (place == groups.end()) return groups;
  const RunGroup chosen = *place;
  for (RunGroup& group : groups) {
    group.reference = chosen.label;
    group.toReference.reset();
    group.timeRatio = group.forwardRatio = group.chainRatio = std::nullopt;
    if (recipeAndData(group.runs.front()) != recipeAndData(chosen.runs.front())) continue;
    if (group.configHash != chosen.configHash || group.runs.front().origin() != chosen.runs.front().origin())
      group.toReference = difference({group.last, group.lastSeeds}, {chosen.last, chosen.lastSeeds});
    if (areOfOneMachine(group, chosen)) group.timeRatio = ratio(group.seconds, chosen.seconds);
    group.forwardRatio = ratio(group.forwardEquivalents, chosen.forwardEquivalents);
    group.chainRatio = ratio(group.chains, chosen.chains);
  }
  return groups;
}

}  // namespace uada
