#include "core/augment/found/FoundSpace.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/Error.h"

namespace uada {

FoundSpace::FoundSpace(FoundPolicy policy, const FrameSettings& frame, const PolicyContext& context)
    : FramedSpace(frame, context, policy.grid, policy.longest()),
      policy_(std::move(policy)),
      epochs_(context.epochs),
      only_(context.subpolicy) {
  if (only_ && *only_ >= policy_.count())
    throw UsageError(fmt::format("the policy {} has no sub-policy {}: the last is {}", policy_.name, *only_,
                                 policy_.count() - 1));
}

void FoundSpace::drawChain(Plan& plan, Random& random, int epoch) const {
  switch (policy_.kind) {
    case FoundPolicy::Kind::subpolicies: return drawSubpolicy(plan, random, epoch);
    case FoundPolicy::Kind::segments: return drawSegment(plan, random, epoch);
    case FoundPolicy::Kind::elements: return drawElements(plan, random, epoch);
    case FoundPolicy::Kind::stages: return drawStages(plan, random);
  }
}

Part FoundSpace::drawOp(const PolicyOp& op, Random& random) const {
  const bool share = gridInfo(grid()).continuous;
  return share ? drawnShareStep(op.op, std::clamp(op.level / topLevel(grid()), 0.0, 1.0), random)
               : drawnStep(op.op, static_cast<int>(op.level), random);
}

void FoundSpace::drawSubpolicy(Plan& plan, Random& random, int epoch) const {
  const std::vector<std::size_t> lists =
      policy_.schedule.empty() ? std::vector<std::size_t>{} : policy_.listsAt(epoch, epochs_);
  const std::size_t count = lists.empty() ? policy_.lists.size() : lists.size();
  const std::size_t drawn = random.below(static_cast<std::uint32_t>(count));
  const std::size_t list = only_ ? *only_ : lists.empty() ? drawn : lists[drawn];
  for (const PolicyOp& op : policy_.lists[list]) {
    const bool fired = random.uniform() < op.probability;
    addOp(plan, op, fired, random);
  }
}

void FoundSpace::addOp(Plan& plan, const PolicyOp& op, bool fired, Random& random) const {
  Part step = drawOp(op, random);
  step.fired = fired;
  plan.add(step);
}

/// Which entry a number from 0 to below 1 stands for.
static std::size_t entryAt(const std::vector<double>& cumulative, double at) {
  return static_cast<std::size_t>(std::ranges::upper_bound(cumulative, at) - cumulative.begin());
}

void FoundSpace::drawStages(Plan& plan, Random& random) const {
  const std::size_t drawn = random.below(static_cast<std::uint32_t>(policy_.count()));
  const auto stages = static_cast<std::size_t>(policy_.opsPerImage);
  const std::size_t first = only_.value_or(drawn) * stages;
  for (std::size_t list = first; list < first + stages; ++list) {
    const PolicyOp& op = policy_.lists[list][entryAt(policy_.cumulative[list], random.uniform())];
    const bool fired = random.uniform() < op.probability;
    addOp(plan, op, fired, random);
  }
}

void FoundSpace::drawSegment(Plan& plan, Random& random, int epoch) const {
  const double at = random.uniform();
  std::size_t wanted = 0;
  for (double sum = policy_.counts[0]; wanted + 1 < policy_.counts.size() && at >= sum;)
    sum += policy_.counts[++wanted];
  std::vector<PolicyOp> left = policy_.lists[policy_.listsAt(epoch, epochs_).front()];
  while (plan.chain().size() < wanted && !left.empty()) {
    std::swap(left[random.below(static_cast<std::uint32_t>(left.size()))], left.back());
    const PolicyOp op = left.back();
    left.pop_back();
    if (random.uniform() < op.probability) plan.add(drawOp(op, random));
  }
}

void FoundSpace::drawElements(Plan& plan, Random& random, int epoch) const {
  const FoundPolicy::Part& part = policy_.partAt(epoch, epochs_);
  const bool fired = random.uniform() < part.applied;
  for (int i = 0; i < policy_.opsPerImage; ++i) {
    const std::size_t element = entryAt(part.cumulative, random.uniform());
    addOp(plan, policy_.lists.front()[element], fired, random);
  }
}

}  // namespace uada
