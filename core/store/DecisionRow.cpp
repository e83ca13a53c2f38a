#include "core/store/DecisionRow.h"

#include <fmt/core.h>

#include <limits>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/engine/DecisionJson.h"

namespace uada::store {
namespace {

/// What does not hold together in words; empty: nothing.
std::string problemOf(const Decision& decision) {
  const auto groups = static_cast<int>(decision.groups.size());
  if (decision.winner < -1 || decision.winner >= groups)
    return fmt::format("winner: -1 to {} expected, {} found", groups - 1, decision.winner);
  for (int i = 0; i < groups; ++i) {
    const GroupDecision& g = decision.groups[static_cast<std::size_t>(i)];
    const auto name = [&](const char* key) { return fmt::format("groups[{}]: {}", i, key); };
    if (g.group.empty() || printable(g.group, 64) != g.group)
      return fmt::format("{}: a name expected, '{}' found", name("group"), quotable(g.group));
    if (g.after.size() != g.before.size() || (!g.delta.empty() && g.delta.size() != g.before.size()))
      return fmt::format("{}, delta and after: of one length expected, {}, {} and {} found", name("before"),
                         g.before.size(), g.delta.size(), g.after.size());
    if (g.position >= static_cast<int>(decision.plan.chain().size()))
      return fmt::format("{}: one of the plan's {} steps expected, {} found", name("position"),
                         decision.plan.chain().size(), g.position);
  }
  return {};
}

}  // namespace

const char* const kDecisionColumns =
    "step, epoch, sample, label, winner, unperturbed_loss, pixel_hash, plan, groups";

Decision readDecision(Row& row) {
  Decision d;
  d.step = row.integer(1);
  d.epoch = row.small();
  d.index = static_cast<std::uint32_t>(row.integer(0, std::numeric_limits<std::uint32_t>::max()));
  d.label = row.small(-1);
  d.winner = row.small(-1);
  d.unperturbedLoss = row.real();
  d.pixelHash = row.text();
  const std::string plan = row.text(), groups = row.text();
  if (!row.problem().empty()) return d;
  try {
    d.plan = planFromJson(parseJson(plan, "plan"));
    d.groups = groupsFromJson(parseJson(groups, "groups"));
    row.complain(problemOf(d));
  } catch (const Error& error) {
    row.complain(error.what());
  }
  return d;
}

}  // namespace uada::store
