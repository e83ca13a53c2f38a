#include "widgets/panels/samples/SampleTraits.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/augment/Space.h"
#include "core/ops/Op.h"
#include "widgets/panels/samples/SamplesModel.h"

namespace uada {

SampleTraits traitsOf(const Decision& decision) {
  SampleTraits traits;
  traits.label = decision.label;
  if (!decision.groups.empty())
    traits.winner = decision.winner < 0 ? "unperturbed"
                                        : decision.groups[static_cast<std::size_t>(decision.winner)].group;
  for (const Part& step : decision.plan.chain()) traits.ops.push_back(step.op);
  traits.gain = gainOf(decision);
  traits.loss = trainedLossOf(decision);
  return traits;
}

bool matches(const SampleFilter& filter, const SampleTraits& traits, std::uint32_t index) {
  if (filter.label && traits.label != *filter.label) return false;
  if (filter.index && index != *filter.index) return false;
  const auto isWanted = [&](std::size_t op) { return ops()[op].name == filter.op; };
  if (!filter.op.empty() && std::ranges::none_of(traits.ops, isWanted)) return false;
  if (!filter.winner.empty() && traits.winner != filter.winner) return false;
  return filter.minGain <= -1e300 || traits.gain >= filter.minGain;
}

double rankOf(SampleOrder order, const SampleTraits& traits) {
  const double value = order == SampleOrder::gain ? traits.gain : traits.loss;
  return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value;
}

const std::optional<SampleTraits>& KnownTraits::of(const ProjectReader& project, std::int64_t run,
                                                   const DecisionPlace& place) {
  const auto [found, isNew] = known_.try_emplace({place.attempt, place.step, place.sample});
  if (isNew)
    if (const auto decision = project.soundDecision(run, place, false)) found->second = traitsOf(*decision);
  return found->second;
}

}  // namespace uada
