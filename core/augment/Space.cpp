#include "core/augment/Space.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Printable.h"

namespace uada {
namespace {

const PartKind& kindOf(Group group) { return partKinds()[group.kind]; }

/// Null: no group has the name.
const PartKind* kindNamed(std::string_view group) {
  const auto at = std::ranges::find(partKinds(), group, &PartKind::group);
  return at == partKinds().end() ? nullptr : &*at;
}

}  // namespace

Group groupNamed(std::string_view name) {
  if (const PartKind* kind = kindNamed(name)) return {static_cast<std::uint8_t>(kind - partKinds().data())};
  std::string known;
  for (const PartKind& kind : partKinds()) known += " " + kind.group;
  throw UsageError(fmt::format("unknown group '{}'; known:{}", quotable(name), known));
}

Group stepGroup(int position) {
  static const Group chain = groupNamed("chain");
  return {chain.kind, static_cast<std::int8_t>(position)};
}

std::string groupName(Group group) {
  if (group.position < 0) return kindOf(group).group;
  return fmt::format("{} {}", kindOf(group).name, group.position + 1);
}

bool isChain(Group group) { return kindOf(group).isOp; }
bool toggles(Group group) { return kindOf(group).toggles; }
bool toggles(std::string_view group) {
  const PartKind* kind = kindNamed(group);
  return kind && kind->toggles;
}
std::string groupTitle(std::string_view group) {
  if (const PartKind* kind = kindNamed(group)) return kind->title;
  std::string title(group);
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z')
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

const Part* partOf(const Plan& plan, Group group, int position) {
  if (isChain(group)) {
    const auto chain = plan.chain();
    return position >= 0 && position < std::ssize(chain) ? &chain[position] : nullptr;
  }
  for (const Part& part : plan.parts())
    if (kindOf(part).group == kindOf(group).group) return &part;
  return nullptr;
}

int Space::probes() const {
  int count = 0;
  for (const Group group : groups()) count += probes(group);
  return count;
}

std::vector<int> Space::coordinates(const Plan& plan, Group group, int position) {
  const Part* part = partOf(plan, group, position);
  if (!part) return {};
  return {part->at.begin(), part->at.begin() + kindOf(*part).coordinates};
}

}  // namespace uada
