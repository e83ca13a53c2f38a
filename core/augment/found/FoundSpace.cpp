#include "core/augment/found/FoundSpace.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/Error.h"

namespace uada {

FoundSpace::FoundSpace(FoundPolicy policy, const FrameSettings& frame, const PolicyContext& context,
                       bool asPublished)
    : FramedSpace(frame, context, asPublished ? publishedGrid(policy.grid) : policy.grid, policy.longest()),
      policy_(std::move(policy)),
      epochs_(context.epochs),
      only_(context.subpolicy) {
  if (only_ && *only_ >= policy_.lists.size())
    throw UsageError(fmt::format("the policy {} has no sub-policy {}: the last is {}", policy_.name, *only_,
                                 policy_.lists.size() - 1));
  if (!asPublished || policy_.releasedLevel < 0) return;
  for (PolicyOp& element : policy_.lists.front()) element.level = policy_.releasedLevel;
}

void FoundSpace::drawChain(Plan& plan, Random& random, int epoch) const {
  switch (policy_.kind) {
    case FoundPolicy::Kind::subpolicies: return drawSubpolicy(plan, random, epoch);
    case FoundPolicy::Kind::segments: return drawSegment(plan, random, epoch);
    case FoundPolicy::Kind::elements: return drawElements(plan, random, epoch);
  }
}

Part FoundSpace::drawOp(const PolicyOp& op, Random& random) const {
  const bool share = gridInfo(grid()).continuous;
  return share ? drawnShareStep(op.op, op.level, random)
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
    Part step = drawOp(op, random);
    step.fired = fired;
    plan.add(step);
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
    const auto element =
        std::ranges::upper_bound(part.cumulative, random.uniform()) - part.cumulative.begin();
    Part step = drawOp(policy_.lists.front()[static_cast<std::size_t>(element)], random);
    step.fired = fired;
    plan.add(step);
  }
}

}  // namespace uada
